/** A thread that copies: asked pieces of work, it answers each with what it came to. */
import { parentPort } from 'node:worker_threads';
import { codeOf } from '../../../files/failure.ts';
import { carryStats, type Carry, type CarryResult } from './carry-stats.ts';
import { copyStep } from './copy-step.ts';
import type { Step, StepResult } from './step.ts';

export type Work = { step: Step } | { carry: Carry };
export type WorkResult = { step: StepResult } | { carry: CarryResult };
export type WorkerAnswer = { done: WorkResult } | { failed: string; code: string | null };

const answer = (work: Work): WorkerAnswer => {
  try {
    return { done: 'step' in work ? { step: copyStep(work.step) } : { carry: carryStats(work.carry) } };
  } catch (error) {
    // an error loses its code on its way to another thread
    return { failed: error instanceof Error ? error.message : String(error), code: codeOf(error) };
  }
};

parentPort?.on('message', (work: Work) => parentPort?.postMessage(answer(work)));
