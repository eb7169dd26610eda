import type { Client } from 'openapi-fetch';
import { call } from './answered.ts';
import type {
  Approval,
  CompletionResult,
  CreateTask,
  DecideApproval,
  Delivered,
  FileChange,
  Info,
  ListedTask,
  MergeResult,
  ReviewTask,
  RunCompletion,
  StartMerge,
  StartTask,
  StopTask,
  SubtaskBranch,
  Task,
  TaskPage,
  TaskTree,
  UsageReport,
  UpdateTask,
  WaitingMessage,
  Worktree,
  operations,
  paths,
} from './contract.d.ts';

/** openapi-fetch's client of every route, whose `data` is the JSON of an answer. */
export type Api = Client<paths, 'application/json'>;

/** Which tasks, as `GET /tasks` has it. */
export type TaskFilter = NonNullable<operations['listTasks']['parameters']['query']>;

/** Which approvals, as `GET /approvals` has it. */
export type ApprovalFilter = NonNullable<operations['listApprovals']['parameters']['query']>;

export interface CreateOptions {
  /** By which the daemon knows a repeat of this request, also one of another process; made up where left out. */
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** 128 random bits in hex, for which a page needs no secure context. */
const newKey = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The calls that most need; all others go by `api` and `call`. Each throws MakimaError with the contract's code. */
export interface Calls {
  info: (options?: CallOptions) => Promise<Info>;
  /** A repeat after a lost answer makes no second task. */
  createTask: (task: CreateTask, options?: CreateOptions) => Promise<Task>;
  getTask: (taskId: string, options?: CallOptions) => Promise<Task>;
  /** One page, newest first. */
  listTasks: (filter?: TaskFilter, options?: CallOptions) => Promise<TaskPage>;
  /** All of them, page by page as they are asked for. */
  tasks: (filter?: TaskFilter, options?: CallOptions) => AsyncGenerator<ListedTask, void, undefined>;
  updateTask: (taskId: string, change: UpdateTask, options?: CallOptions) => Promise<Task>;
  deleteTask: (taskId: string, options?: CallOptions & { worktree?: 'keep' | 'delete' }) => Promise<void>;
  /** Those right below it, oldest first. */
  subtasks: (taskId: string, options?: CallOptions) => Promise<Task[]>;
  tree: (taskId: string, options?: CallOptions) => Promise<TaskTree>;
  /** What it and all below it have used, and what is left of their budgets. */
  usage: (taskId: string, options?: CallOptions) => Promise<UsageReport>;
  /** From its plan; with `resume` with the session of its agent, which is told `message`. */
  startTask: (taskId: string, options?: CallOptions & StartTask) => Promise<Task>;
  /** It is being stopped when this returns: `wait` says when it has ended. */
  stopTask: (taskId: string, how?: StopTask, options?: CallOptions) => Promise<Task>;
  pauseTask: (taskId: string, options?: CallOptions) => Promise<Task>;
  resumeTask: (taskId: string, options?: CallOptions) => Promise<Task>;
  /** What agents ask, the newest first; of one task where it is named. */
  approvals: (filter?: ApprovalFilter & { taskId?: string }, options?: CallOptions) => Promise<Approval[]>;
  /** @throws MakimaError APPROVAL_DECIDED: somebody was quicker, or the agent waits no more */
  decide: (approval: Pick<Approval, 'id' | 'taskId'>, decision: DecideApproval, options?: CallOptions) => Promise<Approval>;
  /** With `resume` a task that has ended goes on for it. */
  sendMessage: (taskId: string, message: string, options?: CallOptions & { resume?: boolean }) => Promise<Delivered>;
  /** What its agent does not have yet. */
  messages: (taskId: string, options?: CallOptions) => Promise<WaitingMessage[]>;
  /** @throws MakimaError MESSAGE_DELIVERED */
  withdrawMessage: (taskId: string, messageId: string, options?: CallOptions) => Promise<void>;
  /** Remarks on its diff; a task that has ended goes on for it. */
  review: (taskId: string, review: ReviewTask, options?: CallOptions) => Promise<Delivered>;
  worktree: (taskId: string, options?: CallOptions) => Promise<Worktree>;
  /** What the task has changed, by file. */
  diff: (taskId: string, options?: CallOptions) => Promise<FileChange[]>;
  /** The same as a patch that `git apply` takes. */
  patch: (taskId: string, options?: CallOptions) => Promise<string>;
  /** Of an orchestrator, the work of its subtasks. */
  branches: (taskId: string, options?: CallOptions) => Promise<SubtaskBranch[]>;
  /** @throws MakimaError MERGE_CONFLICT, with `details.conflicts`; the merge is open then */
  merge: (taskId: string, what: StartMerge, options?: CallOptions) => Promise<MergeResult>;
  /** Runs the completion action, again too. */
  complete: (taskId: string, how?: RunCompletion, options?: CallOptions) => Promise<CompletionResult>;
}

export const callsOf = (api: Api): Calls => {
  const at = (taskId: string) => ({ path: { taskId } });
  const listTasks: Calls['listTasks'] = (filter = {}, { signal = null } = {}) =>
    call(api.GET('/api/v1/mesh/tasks', { params: { query: filter }, signal }));
  return {
    info: ({ signal = null } = {}) => call(api.GET('/api/v1/mesh/info', { signal })),
    createTask: (body, { idempotencyKey = newKey(), signal = null } = {}) =>
      call(api.POST('/api/v1/mesh/tasks', { params: { header: { 'idempotency-key': idempotencyKey } }, body, signal })),
    getTask: (taskId, { signal = null } = {}) => call(api.GET('/api/v1/mesh/tasks/{taskId}', { params: at(taskId), signal })),
    listTasks,
    async *tasks(filter = {}, options) {
      let cursor = filter.cursor;
      do {
        const page: TaskPage = await listTasks({ ...filter, ...(cursor !== undefined && { cursor }) }, options);
        yield* page.items;
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
    },
    updateTask: (taskId, body, { signal = null } = {}) =>
      call(api.PUT('/api/v1/mesh/tasks/{taskId}', { params: at(taskId), body, signal })),
    deleteTask: async (taskId, { worktree, signal = null } = {}) => {
      const query = worktree === undefined ? {} : { worktree };
      await call(api.DELETE('/api/v1/mesh/tasks/{taskId}', { params: { ...at(taskId), query }, signal }));
    },
    subtasks: (taskId, { signal = null } = {}) => call(api.GET('/api/v1/mesh/tasks/{taskId}/subtasks', { params: at(taskId), signal })),
    usage: (taskId, { signal = null } = {}) => call(api.GET('/api/v1/mesh/tasks/{taskId}/usage', { params: at(taskId), signal })),
    tree: (taskId, { signal = null } = {}) => call(api.GET('/api/v1/mesh/tasks/{taskId}/tree', { params: at(taskId), signal })),
    startTask: (taskId, { signal = null, ...body } = {}) =>
      call(api.POST('/api/v1/mesh/tasks/{taskId}/start', { params: at(taskId), body, signal })),
    stopTask: (taskId, body = {}, { signal = null } = {}) =>
      call(api.POST('/api/v1/mesh/tasks/{taskId}/stop', { params: at(taskId), body, signal })),
    pauseTask: (taskId, { signal = null } = {}) => call(api.POST('/api/v1/mesh/tasks/{taskId}/pause', { params: at(taskId), signal })),
    resumeTask: (taskId, { signal = null } = {}) => call(api.POST('/api/v1/mesh/tasks/{taskId}/resume', { params: at(taskId), signal })),
    approvals: ({ taskId, ...query } = {}, { signal = null } = {}) =>
      taskId === undefined
        ? call(api.GET('/api/v1/mesh/approvals', { params: { query }, signal }))
        : call(api.GET('/api/v1/mesh/tasks/{taskId}/approvals', { params: { ...at(taskId), query }, signal })),
    decide: ({ id, taskId }, body, { signal = null } = {}) =>
      call(api.POST('/api/v1/mesh/tasks/{taskId}/approvals/{approvalId}', { params: { path: { taskId, approvalId: id } }, body, signal })),
    sendMessage: (taskId, message, { signal = null, ...rest } = {}) =>
      call(api.POST('/api/v1/mesh/tasks/{taskId}/messages', { params: at(taskId), body: { message, ...rest }, signal })),
    messages: (taskId, { signal = null } = {}) => call(api.GET('/api/v1/mesh/tasks/{taskId}/messages', { params: at(taskId), signal })),
    withdrawMessage: async (taskId, messageId, { signal = null } = {}) => {
      const params = { path: { taskId, messageId } };
      await call(api.DELETE('/api/v1/mesh/tasks/{taskId}/messages/{messageId}', { params, signal }));
    },
    review: (taskId, body, { signal = null } = {}) =>
      call(api.POST('/api/v1/mesh/tasks/{taskId}/review', { params: at(taskId), body, signal })),
    worktree: (taskId, { signal = null } = {}) => call(api.GET('/api/v1/mesh/tasks/{taskId}/worktree', { params: at(taskId), signal })),
    diff: (taskId, { signal = null } = {}) => call(api.GET('/api/v1/mesh/tasks/{taskId}/diff', { params: at(taskId), signal })),
    patch: (taskId, { signal = null } = {}) =>
      call(
        api.GET('/api/v1/mesh/tasks/{taskId}/diff', {
          params: at(taskId),
          parseAs: 'text' as const,
          headers: { accept: 'text/plain' },
          signal,
        }),
      ),
    branches: (taskId, { signal = null } = {}) => call(api.GET('/api/v1/mesh/tasks/{taskId}/branches', { params: at(taskId), signal })),
    merge: (taskId, body, { signal = null } = {}) =>
      call(api.POST('/api/v1/mesh/tasks/{taskId}/merge', { params: at(taskId), body, signal })),
    complete: (taskId, body = {}, { signal = null } = {}) =>
      call(api.POST('/api/v1/mesh/tasks/{taskId}/completion', { params: at(taskId), body, signal })),
  };
};
