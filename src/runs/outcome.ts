import type { Usage } from '../../schemas/task.ts';
import type { RunProgress } from '../domain/run-verdict.ts';
import type { RunExit } from '../process/wait-for-exit.ts';

/**
 * How a run came to its end: by its process, or because it cannot be looked after any more, for the reason given. One that is
 * `elsewhere` goes on in another home, of which this one is a copy: its processes are not ours to
 * touch, what is below it is looked after there, and so is its completion action. `usage` is the run's own, with what a turn that was
 * broken off has used about.
 */
export type RunOutcome = { exit: RunExit; progress: RunProgress; usage: Usage } | { lost: string; elsewhere?: true };
