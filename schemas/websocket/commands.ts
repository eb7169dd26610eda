import { Type, type Static, type TProperties } from '@sinclair/typebox';
import { Uuid } from '../common.ts';
import { RunCompletion } from '../completion.ts';
import { CommitMerge, ResolveConflict, SkipSubtask, StartMerge } from '../merge.ts';
import { CreateTaskHeaders } from '../requests.ts';
import { CloneWorktree, CreateTask, SendMessage, SiblingContext, StopTask } from '../task-requests.ts';

/** By what its caller knows a command; its answer carries the same. */
export const RequestId = Type.Union(
  [Type.String({ minLength: 1, maxLength: 200 }), Type.Integer({ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })],
  { description: "The caller's own name of a command, which its answer carries" },
);
export type RequestId = Static<typeof RequestId>;

const command = <const Name extends string, Fields extends TProperties>(type: Name, description: string, fields: Fields) =>
  Type.Object({ type: Type.Literal(type), requestId: RequestId, ...fields }, { additionalProperties: false, description });

const ofTask = { taskId: Uuid };

/** What a client may send over the WebSocket: the fields are those of the routes' paths, queries and bodies. */
export const commandSchemas = {
  spawnTask: command('spawnTask', 'Make a task and start it', {
    ...CreateTask.properties,
    start: Type.Optional(Type.Boolean({ description: 'false makes it only; true where left out' })),
    idempotencyKey: CreateTaskHeaders.properties['idempotency-key'],
  }),
  pauseTask: command('pauseTask', 'Halt everything that the agent runs', ofTask),
  resumeTask: command('resumeTask', 'Let a paused task go on', ofTask),
  interruptTask: command('interruptTask', 'Stop a task: interrupt the agent, then terminate it, then kill everything it started', {
    ...ofTask,
    ...StopTask.properties,
  }),
  sendMessage: command('sendMessage', 'Send a further user message to the running agent; several are handed over in the order they came', {
    ...ofTask,
    ...SendMessage.properties,
  }),
  injectSiblingContext: command('injectSiblingContext', 'Tell a running agent what a sibling did', {
    ...ofTask,
    ...SiblingContext.properties,
  }),
  listBranches: command('listBranches', 'List the branches of the subtasks, and which are merged', ofTask),
  mergeStart: command('mergeStart', "Merge everything that a subtask's worktree holds and git does not ignore", {
    ...ofTask,
    ...StartMerge.properties,
  }),
  mergeStatus: command('mergeStatus', 'The merge under way, and its conflicts that are left', ofTask),
  mergeResolve: command('mergeResolve', 'Resolve one file', { ...ofTask, ...ResolveConflict.properties }),
  mergeCommit: command('mergeCommit', 'Commit the merge once every conflict is resolved', { ...ofTask, ...CommitMerge.properties }),
  mergeAbort: command('mergeAbort', 'Undo the merge: the worktree is again exactly as before it', ofTask),
  mergeSkip: command('mergeSkip', "Leave a subtask's work out on purpose", { ...ofTask, ...SkipSubtask.properties }),
  checkMergeComplete: command('checkMergeComplete', 'Whether all work of the subtasks is merged, copied or skipped', ofTask),
  retryCompletionAction: command('retryCompletionAction', "Bring the task's work into a repository, again or for the first time", {
    ...ofTask,
    ...RunCompletion.properties,
  }),
  cloneWorktree: command('cloneWorktree', 'Make a stand-alone copy of the worktree', { ...ofTask, ...CloneWorktree.properties }),
  checkTargetExists: command('checkTargetExists', 'Whether something is at a path', CloneWorktree.properties),
} as const;

export type CommandName = keyof typeof commandSchemas;
export type Command<Name extends CommandName = CommandName> = Static<(typeof commandSchemas)[Name]>;

export const isCommandName = (name: string): name is CommandName => Object.hasOwn(commandSchemas, name);
