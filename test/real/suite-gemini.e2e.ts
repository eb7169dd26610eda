import { gemini } from './gemini.ts';
import { heldToTheSuite } from './held-to-the-suite.ts';
import { geminiInTheSuite } from './in-the-suite.ts';

// In its turn with a message that waits for its next run, between the two runs, and while it is asked over ACP.
await heldToTheSuite(gemini, geminiInTheSuite, ['output logged', 'message put', 'going on stored', 'approval stored', 'answer accepted']);
