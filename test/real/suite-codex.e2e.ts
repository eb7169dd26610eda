import { codex, codexUnderTest } from './codex.ts';
import { heldToTheSuite } from './held-to-the-suite.ts';

await heldToTheSuite(codex, codexUnderTest, [
  'agent launched',
  'output logged',
  'replies written',
  'opening written',
  'message handed',
  'message written',
  'approval stored',
  'answer accepted',
]);
