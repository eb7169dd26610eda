import { heldToTheSuite } from './held-to-the-suite.ts';
import { opencodeInTheSuite } from './in-the-suite.ts';
import { opencode } from './opencode.ts';

// In its greeting, in a command with a message that waits for the turn's end, when it has that message, and while it is asked.
await heldToTheSuite(opencode, opencodeInTheSuite, [
  'opening written',
  'message put',
  'message written',
  'approval stored',
  'answer accepted',
]);
