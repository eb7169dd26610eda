/** The threads that copy, for all copies together. They come with the first that is not small, and go when there has been none for a while. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Carried, Share } from './carry-share.ts';
import type { Work, WorkerAnswer, WorkResult } from './copy-worker.ts';
import type { Step, StepResult } from './step.ts';

/** More would wait for the same disk. */
export const mostThreads = Math.max(1, Math.min(4, availableParallelism()));
const idleMs = 10_000;

interface Thread {
  worker: Worker;
  /** Answered in this order. */
  asked: PromiseWithResolvers<WorkResult>[];
}

const threads = new Set<Thread>();
let idle: NodeJS.Timeout | undefined;

/** How many steps a copy should have under way: one is waiting at each thread when that has done another. */
export const stepsAtOnce = 2 * mostThreads;

/** Has a step done by a thread. */
export const inThread = async (step: Step): Promise<StepResult> => {
  const result = await ask({ step });
  if ('step' in result) return result.step;
  throw new Error('the thread that copies answered something else');
};

/** Has a share of an index carried over by a thread. */
export const carryInThread = async (share: Share): Promise<Carried | null> => {
  const result = await ask({ share });
  if ('carried' in result) return result.carried;
  throw new Error('the thread that copies answered something else');
};

const ask = (work: Work): Promise<WorkResult> => {
  const least = [...threads].toSorted((a, b) => a.asked.length - b.asked.length)[0];
  const thread = least === undefined || (least.asked.length > 0 && threads.size < mostThreads) ? startThread() : least;
  const asked = Promise.withResolvers<WorkResult>();
  thread.asked.push(asked);
  thread.worker.ref();
  thread.worker.postMessage(work);
  clearTimeout(idle);
  return asked.promise;
};

/** Without what the daemon's own Node was told to load first. */
const startThread = (): Thread => {
  const file = new URL(`./copy-worker${path.extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { execArgv: ['--disable-warning=ExperimentalWarning'], resourceLimits: { maxYoungGenerationSizeMb: 8 } });
  const thread: Thread = { worker, asked: [] };
  threads.add(thread);
  worker.on('message', (answer: WorkerAnswer) => {
    const asked = thread.asked.shift();
    if (thread.asked.length === 0) worker.unref();
    if ('done' in answer) asked?.resolve(answer.done);
    else asked?.reject(Object.assign(new Error(answer.failed), answer.code !== null && { code: answer.code }));
    restWhenIdle();
  });
  const ended = (error?: unknown): void => {
    threads.delete(thread);
    for (const asked of thread.asked.splice(0))
      asked.reject(error instanceof Error ? error : new Error('the thread that copies has ended'));
  };
  worker.once('error', ended);
  worker.once('exit', () => ended());
  return thread;
};

const restWhenIdle = (): void => {
  if ([...threads].some(({ asked }) => asked.length > 0)) return;
  clearTimeout(idle);
  idle = setTimeout(() => {
    for (const { worker } of threads) void worker.terminate();
  }, idleMs).unref();
};
