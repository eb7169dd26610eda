import { Type, type Static } from '@sinclair/typebox';
import { Nullable, StringEnum, Timestamp, Uuid, described } from './common.ts';
import { budgetLimits, Usage } from './task.ts';

export const SpentUsage = Type.Object(
  {
    ...Usage.properties,
    minutes: Type.Number({
      description: 'How long agents ran, by the clock; not while they were paused, blocked or waited for their turn',
    }),
  },
  { description: 'What was used, and for how long' },
);
export type SpentUsage = Static<typeof SpentUsage>;

export const RunUsage = Type.Object(
  {
    id: described(Uuid, 'Of the run'),
    number: Type.Integer({ description: '1 is the first of its task' }),
    startedAt: described(Timestamp, 'When it had its turn'),
    endedAt: Nullable(described(Timestamp, 'When it ended; null: it has not')),
    usage: described(SpentUsage, 'What it used by itself, also where it went on with the session of an earlier one'),
  },
  { description: 'A start of the agent, to its end' },
);

export const BudgetStanding = Type.Object(
  {
    taskId: described(Uuid, 'The task whose budget it is'),
    taskName: Type.String({ description: 'Of that task' }),
    limits: Type.Array(
      Type.Object({
        limit: StringEnum(budgetLimits, { description: 'Which limit' }),
        used: Type.Number({ description: 'What that task and all below it have used' }),
        max: Type.Number({ description: 'The limit' }),
        percent: Type.Integer({ description: 'How much of it is used up' }),
      }),
      { description: 'Each limit that it has' },
    ),
  },
  { description: 'How a budget stands' },
);

export const UsageReport = Type.Object(
  {
    task: described(SpentUsage, 'The task by itself, over all its runs'),
    tree: described(SpentUsage, 'The task and all that is or was below it: what deleted subtasks used counts'),
    runs: Type.Array(RunUsage, { description: 'Of the task, the first one first' }),
    budgets: Type.Array(BudgetStanding, {
      description: 'That the task is under, the nearest first; a tool key sees those of its own tree',
    }),
  },
  { $id: 'UsageReport', description: 'What a task has used' },
);
export type UsageReport = Static<typeof UsageReport>;
