/**
 * The life of a task:
 *
 *   pending ──start──► queued ──slot──► initializing ──► starting ──► running ──► done
 *      │                │ ▲ │              │   │            │  │        │ ▲ ▲
 *      │                │ │ └─daemon died──┘   │   ─────────┘  │  pause │ │ │ resume
 *      │                │ │   while setting up │  daemon died  │        ▼ │ │
 *      │                │ │                    │               │     paused │
 *      │                │ │                    │               │        ┌───┘
 *      │                │ │                    │               │   wait │  go on
 *      │                │ │                    │               │        ▼
 *      │                │ │                    │               │     blocked
 *      ▼                ▼ │                    ▼               ▼        ▼
 *   interrupted ◄── stop, from any active one   failed ◄── from any but pending; from queued where what it depends on was not done
 *
 * A task whose agent's account has come to a limit goes back from running to queued, and waits there for its end; so does one whose agent
 * works one turn a process, for its slot or for its subtasks, until its next run goes on.
 * done, failed and interrupted are terminal; a terminal task is started again by going back to queued.
 */
import type { TaskStatus } from '../../schemas/task.ts';

const moves: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['queued', 'interrupted'],
  queued: ['initializing', 'failed', 'interrupted'],
  // Back to queued: the daemon died while it set the task up; the set-up is undone and done again.
  initializing: ['starting', 'failed', 'interrupted', 'queued'],
  starting: ['running', 'failed', 'interrupted', 'queued'],
  // Back to queued: its agent's account has come to a limit, or works one turn a process; it goes on with its session after that.
  running: ['paused', 'blocked', 'done', 'failed', 'interrupted', 'queued'],
  paused: ['running', 'failed', 'interrupted'],
  blocked: ['running', 'failed', 'interrupted'],
  done: ['queued'],
  failed: ['queued'],
  interrupted: ['queued'],
};

/** Those at which a task's run is over. */
export const terminalStatuses: readonly TaskStatus[] = ['done', 'failed', 'interrupted'];
const terminal: ReadonlySet<TaskStatus> = new Set(terminalStatuses);

/** Whether a task may go from one status to another. */
export const mayMove = (from: TaskStatus, to: TaskStatus): boolean => moves[from].includes(to);

/** Every status from which a task may go to this one. */
export const sourcesOf = (to: TaskStatus): TaskStatus[] => (Object.keys(moves) as TaskStatus[]).filter((from) => mayMove(from, to));

/** The run is over: nothing of the task is running or waiting to. */
export const isTerminal = (status: TaskStatus): boolean => terminal.has(status);

/** The task waits for a slot or has one: it can be stopped and not deleted. */
export const isActive = (status: TaskStatus): boolean => status !== 'pending' && !terminal.has(status);

/** `completed` is what some clients call `done`. */
export const readStatus = (status: TaskStatus | 'completed'): TaskStatus => (status === 'completed' ? 'done' : status);
