/** A thread that copies: asked pieces of work, it answers each with what it came to. */
import { parentPort } from 'node:worker_threads';
import { codeOf } from '../../../files/failure.ts';
import { carryShare, type Carried, type Share } from './carry-share.ts';
import { copyStep } from './copy-step.ts';
import type { Step, StepResult } from './step.ts';

export type Work = { step: Step } | { share: Share };
export type WorkResult = { step: StepResult } | { carried: Carried | null };
export type WorkerAnswer = { done: WorkResult } | { failed: string; code: string | null };

const answer = (work: Work): WorkerAnswer => {
  try {
    return { done: 'step' in work ? { step: copyStep(work.step) } : { carried: carryShare(work.share) } };
  } catch (error) {
    // an error loses its code on its way to another thread
    return { failed: error instanceof Error ? error.message : String(error), code: codeOf(error) };
  }
};

parentPort?.on('message', (work: Work) => parentPort?.postMessage(answer(work)));
