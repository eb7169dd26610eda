/**
 * The life of a run, as this daemon has it:
 *
 *   found ── it was being set up, and that is taken back ──► queued ◄── a task is started
 *    │ │                                                      │ │ slot
 *    │ │                                           stop       │ ▼
 *    │ │                                    ┌─────────────────┘ preparing ── fails, or a stop ──┐
 *    │ │                                    │                   │ agent launched               │
 *    │ └─ its agent was launched ───────────┼─────────────────► running                        │
 *    │                                      │                   │ no process is left           │
 *    │                                      │                   ▼                              │
 *    │                                      │                   ending                         │
 *    │                                      ▼                   │ settled, cleared away        ▼
 *    └─ lost, or a stop ──────────────────► ended ◄─────────────┴──────────────────────────────┘
 *
 * In each of them the daemon can shut down: what has a slot is detached then, and the next daemon finds it, or its task in the queue.
 * How the task stands is another matter (domain/status-machine.ts): one that was reported done is so while its agent still runs.
 */
import type { Task } from '../../schemas/task.ts';
import type { NewMessage, TaskChanges } from '../store/task-store.ts';
import type { Blocks } from './queue/blocks.ts';
import type { Seat } from './queue/queue.ts';
import type { StopOptions } from './stop-below.ts';

export type RunPhase = 'found' | 'queued' | 'preparing' | 'running' | 'ending' | 'ended' | 'detached';

/** One run of one task, from the queue to its end. */
export interface TaskRun {
  readonly phase: RunPhase;
  /** Its place in the queue. */
  readonly seat: Seat;
  /** What it waits for while its agent runs. */
  readonly blocks: Pick<Blocks, 'block' | 'unblock' | 'goOn' | 'has'>;
  /** It has its slot: it is begun and looked after to its end. Does nothing where it does not wait (any more). Never rejects. */
  begin(): Promise<void>;
  /**
   * Takes it up where an earlier daemon left it, however long that takes. Never rejects.
   * @returns the task where it waits for a slot
   */
  takeUp(): Promise<Task | null>;
  /** It waits, and for nothing that could come: its task fails with the reason. Does nothing where it waits no more. */
  fail(reason: string): Promise<void>;
  /** Asks it to stop, in any phase; stored before this resolves: whatever becomes of this daemon, the task ends interrupted. */
  stop(options: StopOptions): Promise<void>;
  /** @throws MakimaError TASK_NOT_RUNNING */
  pause(): Promise<Task>;
  /** @throws MakimaError TASK_NOT_RUNNING, TASK_NOT_PAUSED */
  resume(): Promise<Task>;
  /**
   * Puts a message at the end of the task's order, and hands it over where there is an agent that can be told it.
   * @throws MakimaError TASK_NOT_RUNNING, AGENT_INPUT_CLOSED, TOO_MANY_MESSAGES, DISK_FULL
   */
  send(message: NewMessage): Promise<{ delivered: boolean }>;
  /** There may be messages that can be handed over. */
  deliver(): void;
  /** The task is done as of now; the agent is let end. @throws MakimaError TASK_NOT_RUNNING */
  finish(changes: TaskChanges): Promise<Task>;
  /** The calls with the task's key that wait for other tasks are others than before. */
  attended(): void;
  /** Whether a stop that was asked for is being carried out. */
  isStopping(): boolean;
  /** It has a slot, and is not over. */
  isUnderWay(): boolean;
  /** Resolves when it is over and cleared away, or the daemon has let go of it. */
  readonly over: Promise<unknown>;
}
