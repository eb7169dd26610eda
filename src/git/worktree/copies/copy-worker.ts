/** A thread that copies: asked steps, it answers each with what it came to. */
import { parentPort } from 'node:worker_threads';
import { codeOf } from '../../../files/failure.ts';
import { copyStep } from './copy-step.ts';
import type { Step, StepResult } from './step.ts';

export type WorkerAnswer = { done: StepResult } | { failed: string; code: string | null };

const answer = (step: Step): WorkerAnswer => {
  try {
    return { done: copyStep(step) };
  } catch (error) {
    // an error loses its code on its way to another thread
    return { failed: error instanceof Error ? error.message : String(error), code: codeOf(error) };
  }
};

parentPort?.on('message', (step: Step) => parentPort?.postMessage(answer(step)));
