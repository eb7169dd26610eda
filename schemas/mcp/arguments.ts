import { Type, type TProperties } from '@sinclair/typebox';
import { DecideApproval } from '../approval.ts';
import { Uuid, described, eventPlacePattern, noNul } from '../common.ts';
import { CommitMerge, PreviewQuery, ResolveConflict, SkipSubtask, StartMerge } from '../merge.ts';
import { ApprovalsQuery, CreateTaskHeaders, ListTasksQuery, OutputQuery, WaitQuery } from '../requests.ts';
import { CreateTask, SendMessage, StartTask, StopTask, UpdateTask } from '../task-requests.ts';

/** What a tool is given. There is nothing that is not named. */
const given = <Fields extends TProperties>(fields: Fields) => Type.Object(fields, { additionalProperties: false });

const ofTask = { taskId: described(Uuid, 'Of the task') };
/** Whoever calls with a task's key need not know its id. */
const ofOwnTask = { taskId: Type.Optional(described(Uuid, 'Of the task; your own where left out')) };

/** The most tasks that one call waits for, and that a list has. */
export const maxAwaited = 50;
export const maxListed = 50;

/** What the tools of `/mcp` take: the fields are those of the routes' paths, queries and bodies. */
export const toolArguments = {
  create_task: given({
    ...CreateTask.properties,
    parentTaskId: Type.Optional(described(Uuid, 'The orchestrator that it is a subtask of; your own task where left out and you have one')),
    idempotencyKey: CreateTaskHeaders.properties['idempotency-key'],
  }),
  start_task: given({ ...ofTask, ...StartTask.properties }),
  list_tasks: given({
    parentTaskId: Type.Optional(
      described(
        ListTasksQuery.properties.parentTaskId,
        'A task: those right below it. none: those at the top of a tree. Where left out: your own subtasks where you have a task, else all',
      ),
    ),
    status: described(ListTasksQuery.properties.status, 'Of these alone; completed is read as done'),
    updatedSince: ListTasksQuery.properties.updatedSince,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxListed, description: '20 where left out' })),
    cursor: ListTasksQuery.properties.cursor,
  }),
  show_task: given(ofOwnTask),
  show_tree: given(ofOwnTask),
  wait_for_tasks: given({
    taskIds: Type.Optional(
      Type.Array(Uuid, {
        minItems: 1,
        maxItems: maxAwaited,
        description: 'Which tasks; those of your own subtasks that go on where left out',
      }),
    ),
    seconds: described(
      WaitQuery.properties.timeout,
      'How long to wait at the most, 45 where left out. Keep it below the time after which your client gives up a tool',
    ),
  }),
  read_output: given({
    ...ofTask,
    after: Type.Optional(
      Type.String({ pattern: eventPlacePattern, description: 'The cursor of an answer before: what came after it. 0: from the beginning' }),
    ),
    tail: described(
      OutputQuery.properties.tail,
      'How many events of output to read from the end, of those after `after`; 200 where neither is given',
    ),
  }),
  read_diff: given({
    ...ofTask,
    file: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        pattern: noNul,
        description: 'A file that the list names: its patch. Where left out: all changed files with their counts of lines',
      }),
    ),
    fromLine: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'The line of the patch to go on from, as the answer before says',
      }),
    ),
  }),
  send_message: given({ ...ofTask, ...SendMessage.properties }),
  list_approvals: given({
    taskId: Type.Optional(described(Uuid, 'Of this task alone; of all that you may see where left out')),
    status: described(ApprovalsQuery.properties.status, 'Those that are pending where left out'),
  }),
  decide_approval: given({ approvalId: described(Uuid, 'As list_approvals names it'), ...DecideApproval.properties }),
  list_branches: given(ofOwnTask),
  preview_merge: given({ ...ofOwnTask, ...PreviewQuery.properties }),
  start_merge: given({ ...ofOwnTask, ...StartMerge.properties }),
  merge_status: given(ofOwnTask),
  resolve_conflict: given({ ...ofOwnTask, ...ResolveConflict.properties }),
  commit_merge: given({ ...ofOwnTask, ...CommitMerge.properties }),
  abort_merge: given(ofOwnTask),
  skip_subtask: given({ ...ofOwnTask, ...SkipSubtask.properties }),
  check_merge: given(ofOwnTask),
  report_progress: given({
    ...ofOwnTask,
    progressSummary: Type.Required(Type.Pick(UpdateTask, ['progressSummary'])).properties.progressSummary,
  }),
  finish_task: given({ ...ofOwnTask, ...Type.Pick(UpdateTask, ['progressSummary', 'force']).properties }),
  stop_task: given({ ...ofTask, ...StopTask.properties }),
  pause_task: given(ofTask),
  resume_task: given(ofTask),
  read_usage: given(ofOwnTask),
  list_agents: given({}),
};

export type ToolName = keyof typeof toolArguments;
