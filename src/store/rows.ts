/** Records to rows and back. */
import type { Insertable, Selectable, Updateable } from 'kysely';
import { loggedTypes, type EventPayload, type LoggedType } from '../../schemas/event.ts';
import { waitKinds, type Budget, type Completion, type Task, type Usage, type WaitsFor, type Warning } from '../../schemas/task.ts';
import type { PortBlock } from '../domain/port-blocks.ts';
import { noUsage, nothingSpent, type Spent, type SpentByTask } from '../domain/usage.ts';
import type { Integration, OpenMerge, OutboxEvent, Run, RunChanges, TaskChanges, WebhookRecord, WorktreeRecord } from './records.ts';
import type { ToolKeyRecord } from './tool-key-records.ts';
import type { Tables } from './tables.ts';

/** A reader of JSON text that lets nothing but such values through: a damaged row is named, and not handed on. */
export const reader =
  <T>(fits: (value: unknown) => value is T) =>
  (text: string): T => {
    const value: unknown = JSON.parse(text);
    if (fits(value)) return value;
    throw new Error(`A stored value does not fit this version: ${text.slice(0, 200)}`);
  };

export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
const usageFields = Object.keys(noUsage);
const spentFields = Object.keys(nothingSpent);
const knownWaits: ReadonlySet<unknown> = new Set(waitKinds);
const knownTypes: ReadonlySet<unknown> = new Set(loggedTypes);

const readStrings = reader((value): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string'));
const readUsage = reader((value): value is Usage => usageFields.every((name) => typeof field(value, name) === 'number'));
const readSpent = reader((value): value is Spent => spentFields.every((name) => typeof field(value, name) === 'number'));
const readCompletion = reader(
  (value): value is Completion => typeof field(value, 'action') === 'string' && typeof field(value, 'status') === 'string',
);
const readWarnings = reader(
  (value): value is Warning[] =>
    Array.isArray(value) && value.every((item) => typeof field(item, 'code') === 'string' && typeof field(item, 'message') === 'string'),
);
const readWaitsFor = reader((value): value is WaitsFor => knownWaits.has(field(value, 'kind')));
const readBudget = reader(
  (value): value is Budget =>
    typeof value === 'object' && value !== null && Object.values(value).every((limit) => typeof limit === 'number'),
);
const readPorts = reader((value): value is PortBlock => ['base', 'count'].every((name) => typeof field(value, name) === 'number'));
/** The value of a budget's limit of which something was told, by the limit and the mark. */
export const readMarks = reader(
  (value): value is Record<string, number> =>
    typeof value === 'object' && value !== null && Object.values(value).every((max) => typeof max === 'number'),
);
const readPayload = reader((value): value is EventPayload => knownTypes.has(field(value, 'type')));
const readTypes = reader((value): value is LoggedType[] => Array.isArray(value) && value.every((item) => knownTypes.has(item)));
const readAny = reader((value): value is unknown => value !== undefined);

export const orNull = <T>(text: string | null, read: (text: string) => T): T | null => (text === null ? null : read(text));
export const write = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

export const taskOf = (row: Selectable<Tables['tasks']>): Task => {
  const { seq, idempotencyScope, idempotencyKey, requestHash, resumeNext, runningMs, runningSince, deletedUsage, budgetMarks, ...fields } =
    row;
  return {
    ...fields,
    isOrchestrator: row.isOrchestrator === 1,
    waitsFor: orNull(row.waitsFor, readWaitsFor),
    budget: orNull(row.budget, readBudget),
    copyFiles: readStrings(row.copyFiles),
    dependsOn: readStrings(row.dependsOn),
    usage: orNull(row.usage, readUsage),
    completion: orNull(row.completion, readCompletion),
    warnings: readWarnings(row.warnings),
  };
};

export const taskRow = (
  task: Task,
): Omit<Insertable<Tables['tasks']>, 'idempotencyScope' | 'idempotencyKey' | 'requestHash' | 'resumeNext'> => ({
  ...task,
  runningSince: null,
  deletedUsage: null,
  budgetMarks: null,
  isOrchestrator: task.isOrchestrator ? 1 : 0,
  waitsFor: write(task.waitsFor),
  budget: write(task.budget),
  copyFiles: JSON.stringify(task.copyFiles),
  dependsOn: JSON.stringify(task.dependsOn),
  usage: write(task.usage),
  completion: write(task.completion),
  warnings: JSON.stringify(task.warnings),
});

export const taskChangesRow = (changes: TaskChanges): Updateable<Tables['tasks']> => {
  const { isOrchestrator, waitsFor, budget, copyFiles, dependsOn, usage, completion, warnings, ...fields } = changes;
  return {
    ...fields,
    ...(isOrchestrator !== undefined && { isOrchestrator: isOrchestrator ? 1 : 0 }),
    ...(waitsFor !== undefined && { waitsFor: write(waitsFor) }),
    ...(budget !== undefined && { budget: write(budget) }),
    ...(copyFiles !== undefined && { copyFiles: JSON.stringify(copyFiles) }),
    ...(dependsOn !== undefined && { dependsOn: JSON.stringify(dependsOn) }),
    ...(usage !== undefined && { usage: write(usage) }),
    ...(completion !== undefined && { completion: write(completion) }),
    ...(warnings !== undefined && { warnings: JSON.stringify(warnings) }),
  };
};

/** The columns of a task that say what it has used. */
export const spentColumns = ['id', 'parentTaskId', 'usage', 'runningMs', 'runningSince', 'deletedUsage'] as const;

export const spentOf = (row: Pick<Selectable<Tables['tasks']>, (typeof spentColumns)[number]>): SpentByTask => ({
  id: row.id,
  parentTaskId: row.parentTaskId,
  usage: orNull(row.usage, readUsage) ?? noUsage,
  runningMs: row.runningMs,
  runningSince: row.runningSince,
  deleted: orNull(row.deletedUsage, readSpent) ?? nothingSpent,
});

export const runOf = (row: Selectable<Tables['runs']>): Run => {
  const { seq, ...fields } = row;
  return {
    ...fields,
    handle: orNull(row.handle, readAny),
    baseUsage: readUsage(row.baseUsage),
    ports: orNull(row.ports, readPorts),
    resume: row.resume === 1,
    usage: orNull(row.usage, readUsage),
    keepSubtasks: row.keepSubtasks === 1,
    finishRequested: row.finishRequested === 1,
    endedByDaemon: row.endedByDaemon === 1,
    actsUnasked: row.actsUnasked === 1,
  };
};

export const runChangesRow = (changes: RunChanges): Updateable<Tables['runs']> => {
  const { handle, baseUsage, usage, keepSubtasks, finishRequested, endedByDaemon, actsUnasked, ...fields } = changes;
  return {
    ...fields,
    ...('handle' in changes && { handle: handle === null ? null : JSON.stringify(handle) }),
    ...(baseUsage !== undefined && { baseUsage: JSON.stringify(baseUsage) }),
    ...(usage !== undefined && { usage: write(usage) }),
    ...(keepSubtasks !== undefined && { keepSubtasks: keepSubtasks ? 1 : 0 }),
    ...(finishRequested !== undefined && { finishRequested: finishRequested ? 1 : 0 }),
    ...(actsUnasked !== undefined && { actsUnasked: actsUnasked ? 1 : 0 }),
    ...(endedByDaemon !== undefined && { endedByDaemon: endedByDaemon ? 1 : 0 }),
  };
};

export const worktreeOf = ({ seq, record, ...fields }: Selectable<Tables['worktrees']>): WorktreeRecord => ({
  ...fields,
  isExpired: fields.isExpired === 1,
  record: readAny(record),
});

export const toolKeyOf = ({ seq, ...key }: Selectable<Tables['tool_keys']>): ToolKeyRecord => key;

export const integrationOf = ({ seq, ...integration }: Selectable<Tables['integrations']>): Integration => integration;

export const openMergeOf = ({ seq, record, ...fields }: Selectable<Tables['open_merges']>): OpenMerge => ({
  ...fields,
  record: readAny(record),
});

export const outboxEventOf = ({ payload, ...fields }: Selectable<Tables['outbox']>): OutboxEvent => ({
  ...fields,
  payload: readPayload(payload),
});

export const webhookOf = ({ seq, types, ...webhook }: Selectable<Tables['webhooks']>): WebhookRecord => ({
  ...webhook,
  types: readTypes(types),
});

export const webhookRow = ({ types, ...webhook }: WebhookRecord): Insertable<Tables['webhooks']> => ({
  ...webhook,
  types: JSON.stringify(types),
});
