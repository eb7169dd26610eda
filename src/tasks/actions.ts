import type { TaskEvent, EventType } from '../../schemas/event.ts';
import type { CompletionResult, RunCompletion } from '../../schemas/completion.ts';
import type { Info } from '../../schemas/info.ts';
import type {
  CommitMerge,
  MergeCheck,
  MergeDone,
  MergeOutlook,
  MergePreview,
  MergeResult,
  MergeStatus,
  ResolveConflict,
  SkipSubtask,
  StartMerge,
  SubtaskBranch,
} from '../../schemas/merge.ts';
import type { CreateTask, CreateToolKey, SiblingContext, StopTask, UpdateTask } from '../../schemas/task-requests.ts';
import type { Task, TaskStatus } from '../../schemas/task.ts';
import type { NewToolKey, ToolKey } from '../../schemas/tool-key.ts';
import type { CloneResult, FileChange, TargetExists, WorktreeInfo } from '../../schemas/worktree.ts';

/** Who calls: the owner may do everything, a tool key only what belongs to its own task's tree. */
export type Caller = { kind: 'owner' } | { kind: 'tool-key'; taskId: string; keyId: string };

/** A task with everything below it. */
export type TaskTree = Task & { subtasks: TaskTree[] };

/** An event as it stands in the log: `json` is the exact text of `event`, so that a stream need neither read it nor print it again. */
export interface StoredEvent {
  id: number;
  type: string;
  event: TaskEvent;
  json: string;
}

export interface FollowOptions {
  /** The id after which to go on; 0 is from the first one, null (of all tasks' events only) live ones alone. */
  after: number | null;
  types: readonly EventType[] | null;
  /** Ends the stream: the client has left or the daemon shuts down. */
  signal: AbortSignal;
}

/** Bringing the work of subtasks into the task's worktree. */
export interface MergeActions {
  listBranches(caller: Caller, taskId: string): Promise<SubtaskBranch[]>;
  previewMerge(caller: Caller, taskId: string, subtaskId: string): Promise<MergePreview>;
  /** Of every subtask that is not integrated yet, and which of them go together. */
  previewAll(caller: Caller, taskId: string): Promise<MergeOutlook>;
  /** Conflicts leave the merge open and are MERGE_CONFLICT. */
  startMerge(caller: Caller, taskId: string, request: StartMerge): Promise<MergeResult>;
  mergeStatus(caller: Caller, taskId: string): Promise<MergeStatus>;
  resolveConflict(caller: Caller, taskId: string, request: ResolveConflict): Promise<MergeStatus>;
  commitMerge(caller: Caller, taskId: string, request: CommitMerge): Promise<MergeResult>;
  abortMerge(caller: Caller, taskId: string): Promise<MergeDone>;
  skipSubtask(caller: Caller, taskId: string, request: SkipSubtask): Promise<MergeDone>;
  checkMerge(caller: Caller, taskId: string): Promise<MergeCheck>;
}

export interface WaitOptions {
  /** `end`: the completion action is over too, and the log complete. */
  until: 'terminal' | 'end';
  timeoutSeconds: number;
  signal: AbortSignal;
}

/** Every verb of the API. A route validates, calls one of these and replies. Each throws MakimaError for what a caller can meet. */
export interface Actions extends MergeActions {
  createTask(caller: Caller, request: CreateTask, idempotencyKey: string | null): Promise<Task>;
  listTasks(
    caller: Caller,
    query: { status: TaskStatus | null; parentTaskId: string | null; limit: number; cursor: string | null },
  ): Promise<{ items: Task[]; nextCursor: string | null }>;
  getTask(caller: Caller, taskId: string): Promise<Task>;
  updateTask(caller: Caller, taskId: string, request: UpdateTask): Promise<Task>;
  deleteTask(caller: Caller, taskId: string, options: { keepWorktree: boolean }): Promise<void>;
  listSubtasks(caller: Caller, taskId: string): Promise<Task[]>;
  getTree(caller: Caller, taskId: string): Promise<TaskTree>;

  startTask(caller: Caller, taskId: string): Promise<Task>;
  stopTask(caller: Caller, taskId: string, request: StopTask): Promise<{ task: Task; wasTerminal: boolean }>;
  pauseTask(caller: Caller, taskId: string): Promise<Task>;
  resumeTask(caller: Caller, taskId: string): Promise<Task>;
  sendMessage(caller: Caller, taskId: string, message: string): Promise<{ delivered: boolean }>;
  shareSibling(caller: Caller, taskId: string, request: SiblingContext): Promise<{ delivered: boolean }>;
  /** Resolves when the task is terminal, when the time is over, or when the signal fires, with the task as it then is. */
  waitForTask(caller: Caller, taskId: string, options: WaitOptions): Promise<{ task: Task; isOver: boolean }>;

  getWorktree(caller: Caller, taskId: string): Promise<WorktreeInfo>;
  diffPatch(caller: Caller, taskId: string): Promise<AsyncIterable<Buffer>>;
  diffFiles(caller: Caller, taskId: string): Promise<FileChange[]>;
  /** Brings back a deleted worktree, with its task where that was deleted too. */
  restoreWorktree(caller: Caller, taskId: string): Promise<Task>;
  /** Runs a completion action now; what the request leaves out is the task's own. */
  runCompletion(caller: Caller, taskId: string, request: RunCompletion): Promise<CompletionResult>;
  cloneWorktree(caller: Caller, taskId: string, targetDir: string): Promise<CloneResult>;
  targetExists(caller: Caller, targetDir: string): Promise<TargetExists>;

  /** One page of the task's output events. */
  readOutput(
    caller: Caller,
    taskId: string,
    options: { after: number; limit: number },
  ): Promise<{ items: TaskEvent[]; nextCursor: string | null }>;
  /** All output events up to now, or until the task has ended, one by one. */
  streamOutput(
    caller: Caller,
    taskId: string,
    options: { after: number; follow: boolean; signal: AbortSignal },
  ): Promise<AsyncIterable<StoredEvent>>;
  /** What the agent said and did, as lines that a person reads, each with its newline. */
  readableOutput(
    caller: Caller,
    taskId: string,
    options: { after: number; follow: boolean; signal: AbortSignal },
  ): Promise<AsyncIterable<string>>;
  followTask(caller: Caller, taskId: string, options: FollowOptions & { after: number }): Promise<AsyncIterable<StoredEvent>>;
  followAll(caller: Caller, options: FollowOptions): Promise<AsyncIterable<StoredEvent>>;

  createToolKey(caller: Caller, taskId: string, request: CreateToolKey): Promise<NewToolKey>;
  listToolKeys(caller: Caller, taskId: string): Promise<ToolKey[]>;
  deleteToolKey(caller: Caller, taskId: string, keyId: string): Promise<void>;

  /** Who a tool key belongs to; null where it is unknown, revoked or expired. */
  callerOfToolKey(key: string): Promise<Caller | null>;
  info(): Promise<Info>;
}
