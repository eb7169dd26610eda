import { Type, type Static, type TProperties } from '@sinclair/typebox';
import { Delivered } from '../answers.ts';
import { ErrorBody, Nullable, StringEnum, Timestamp, Uuid, ref } from '../common.ts';
import { CompletionResult } from '../completion.ts';
import { EndPayload, OutputPayload, StatusPayload, ToolKeyPayload } from '../event.ts';
import { MergeCheck, MergeDone, MergeResult, MergeStatus, SubtaskBranch } from '../merge.ts';
import { Task } from '../task.ts';
import { CloneResult, TargetExists } from '../worktree.ts';
import { RequestId, type CommandName } from './commands.ts';

const message = <const Name extends string, Fields extends TProperties>(type: Name, description: string, fields: Fields) =>
  Type.Object({ type: Type.Literal(type), ...fields }, { description });

/** The answer to a command. */
const answer = <const Name extends string, Fields extends TProperties>(type: Name, description: string, fields: Fields) =>
  message(type, description, { requestId: RequestId, ...fields });

/** The place of an event: what a client comes again with as `after`. */
const EventId = Type.String({ description: 'Where it stands: a handshake with after=<this> goes on behind it' });

/** An event of a task, with the fields that it has at the routes. */
const event = <const Name extends string, Fields extends TProperties>(type: Name, description: string, { type: _, ...fields }: Fields) =>
  message(type, description, {
    eventId: EventId,
    id: Type.Integer({ description: 'The number of the event, which grows over all tasks' }),
    taskId: Uuid,
    at: Timestamp,
    ...fields,
  });

const ofTask = { taskId: Uuid };

/** What the daemon sends over the WebSocket: the fields are those of the routes' answers and of events. */
export const messageSchemas = {
  authenticated: message('authenticated', 'The first frame: who is spoken to, as whom, and from where events follow', {
    id: Type.String({ description: 'Of the daemon; made on its first start' }),
    version: Type.String({ description: 'Of the daemon' }),
    caller: Type.Object(
      { kind: StringEnum(['owner', 'tool-key'] as const), taskId: Nullable(Uuid) },
      { description: 'Whose credential came, and the task of a tool key' },
    ),
    lastEventId: Type.String({
      description: 'Every event after it is sent: what to come again with where the connection breaks before the first',
    }),
    limits: Type.Object(
      { frameBytes: Type.Integer(), commandsInFlight: Type.Integer(), pingSeconds: Type.Number() },
      { description: 'The largest frame, how many commands may wait for their answer, how often the daemon pings' },
    ),
  }),
  taskOutput: event('taskOutput', 'A line of output', OutputPayload.properties),
  taskStatusChange: event('taskStatusChange', 'A task goes from one status to another', StatusPayload.properties),
  taskComplete: event('taskComplete', 'A task has ended, its completion action has run and its log is complete', EndPayload.properties),
  registerToolKey: event('registerToolKey', 'A tool key was made or revoked; the key itself is never told', ToolKeyPayload.properties),
  taskResult: answer('taskResult', 'Answers spawnTask, pauseTask, resumeTask and interruptTask: the task as it now is', {
    ...ofTask,
    task: ref(Task),
    wasTerminal: Type.Optional(Type.Boolean({ description: 'Of interruptTask: it had ended before' })),
  }),
  messageResult: answer('messageResult', 'Answers sendMessage and injectSiblingContext', { ...ofTask, ...Delivered.properties }),
  branchList: answer('branchList', 'Answers listBranches: one for each subtask with a worktree', {
    ...ofTask,
    branches: Type.Array(ref(SubtaskBranch)),
  }),
  mergeResult: answer(
    'mergeResult',
    'Answers mergeStart, mergeCommit, mergeAbort and mergeSkip. A merge with conflicts is an error, MERGE_CONFLICT',
    { ...ofTask, ...MergeDone.properties, commitSha: Type.Optional(MergeResult.properties.commitSha) },
  ),
  mergeStatusResponse: answer('mergeStatusResponse', 'Answers mergeStatus and mergeResolve', { ...ofTask, ...MergeStatus.properties }),
  mergeCompleteCheck: answer('mergeCompleteCheck', 'Answers checkMergeComplete', { ...ofTask, ...MergeCheck.properties }),
  completionActionResult: answer('completionActionResult', 'Answers retryCompletionAction', { ...ofTask, ...CompletionResult.properties }),
  cloneWorktreeResult: answer('cloneWorktreeResult', 'Answers cloneWorktree', { ...ofTask, ...CloneResult.properties }),
  checkTargetExistsResult: answer('checkTargetExistsResult', 'Answers checkTargetExists', TargetExists.properties),
  error: Type.Object(
    {
      type: Type.Literal('error'),
      requestId: Type.Union([...RequestId.anyOf, Type.Null()], {
        description: 'Of the command that failed; null where it is none, or its requestId could not be read',
      }),
      ...ErrorBody.properties,
    },
    { additionalProperties: true, description: 'What a route would answer, with its code, and with its further fields such as conflicts' },
  ),
} as const;

export type MessageName = keyof typeof messageSchemas;
export type Message<Name extends MessageName = MessageName> = Static<(typeof messageSchemas)[Name]>;

/** What answers each command, where it does not fail. */
export const answers = {
  spawnTask: 'taskResult',
  pauseTask: 'taskResult',
  resumeTask: 'taskResult',
  interruptTask: 'taskResult',
  sendMessage: 'messageResult',
  injectSiblingContext: 'messageResult',
  listBranches: 'branchList',
  mergeStart: 'mergeResult',
  mergeStatus: 'mergeStatusResponse',
  mergeResolve: 'mergeStatusResponse',
  mergeCommit: 'mergeResult',
  mergeAbort: 'mergeResult',
  mergeSkip: 'mergeResult',
  checkMergeComplete: 'mergeCompleteCheck',
  retryCompletionAction: 'completionActionResult',
  cloneWorktree: 'cloneWorktreeResult',
  checkTargetExists: 'checkTargetExistsResult',
} as const satisfies Record<CommandName, MessageName>;
