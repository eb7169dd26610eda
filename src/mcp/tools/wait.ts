import type { Task } from '../../../schemas/task.ts';
import { maxAwaited } from '../../../schemas/mcp/arguments.ts';
import { isTerminal } from '../../domain/status-machine.ts';
import { MakimaError } from '../../errors.ts';
import { taskDetails, withinLine } from '../../http/answers/text-answers.ts';
import { brief, briefAll, shortened } from '../answers/brief.ts';
import { cutLines } from '../answers/bounds.ts';
import { ownTask, reads, tool, type Tool, type ToolAnswer, type ToolCall } from '../tool.ts';

/** Below the 60 s after which many clients give up a tool: whoever waits for longer says so. */
const usualSeconds = 45;
const progressEveryMs = 10_000;
/** Of a field of a task that has ended, in characters. */
const maxEndedField = 600;

/** What became of one that was waited for; null: it was deleted meanwhile. */
type Waited = { task: Task; isOver: boolean } | null;

/** The tasks that are meant, each once. */
const awaitedOf = async (call: ToolCall, taskIds: readonly string[] | undefined): Promise<readonly Task[]> => {
  const own = ownTask(call);
  if (taskIds === undefined) {
    if (own === null) throw new MakimaError('VALIDATION_FAILED', 'The argument "taskIds" is missing: the owner has no subtasks of its own');
    const subtasks = await call.actions.listSubtasks(call.caller, own);
    return subtasks.filter(({ status }) => status !== 'pending' && !isTerminal(status)).slice(0, maxAwaited);
  }
  const ids = new Set(taskIds.map((id) => id.toLowerCase()));
  if (own !== null && ids.has(own)) throw new MakimaError('VALIDATION_FAILED', 'A task cannot wait for its own end');
  const tasks: Task[] = [];
  for (const id of ids) tasks.push(await call.actions.getTask(call.caller, id));
  const [unstarted] = tasks.filter(({ status }) => status === 'pending');
  if (unstarted) throw new MakimaError('TASK_NOT_RUNNING', `Task ${unstarted.id} was never started and would be waited for without end`);
  return tasks;
};

const sinceOf = ({ status, startedAt, queuedAt, createdAt }: Task): string =>
  status === 'queued' ? (queuedAt ?? createdAt) : (startedAt ?? queuedAt ?? createdAt);

/** One that goes on: what it does, since when, and what it waits for. */
const goingLine = (task: Task): string => {
  const waits = task.waitsFor === null ? '' : `, waits for ${[task.waitsFor.kind, ...(task.waitsFor.approvalIds ?? [])].join(' ')}`;
  return `${task.id}\t${task.status}\t${withinLine(task.name)}\tsince ${sinceOf(task)}${waits}\n`;
};

const hintFor = (going: readonly Task[]): string | null => {
  if (going.length === 0) return null;
  const asks = going.some(({ waitsFor }) => waitsFor?.kind === 'approval');
  return `${asks ? 'Of these one asks something: list_approvals, decide_approval. ' : ''}Call wait_for_tasks again with those that go on; nothing is missed meanwhile.`;
};

const answerOf = (waited: ReadonlyMap<string, Waited>): ToolAnswer => {
  const all = [...waited.values()].filter((each) => each !== null);
  const ended = all.filter(({ isOver }) => isOver).map(({ task }) => task);
  const going = all.filter(({ isOver }) => !isOver).map(({ task }) => task);
  const deleted = [...waited].flatMap(([id, each]) => (each === null ? [id] : []));
  const hint = hintFor(going);
  const lines = [
    `${ended.length} of ${waited.size} have ended.\n`,
    ...ended.map((task) => taskDetails(shortened(task, maxEndedField))),
    ...deleted.map((id) => `${id}\tdeleted\n`),
    ...(going.length === 0 ? [] : [`Going on:\n`, ...going.map(goingLine)]),
    ...(hint === null ? [] : [`${hint}\n`]),
  ];
  return {
    text: cutLines(lines.join(''), 'show_task tells each'),
    data: {
      allEnded: going.length === 0,
      ended: briefAll(ended),
      goingOn: going.map((task) => ({ ...brief(task), since: sinceOf(task) })),
      deleted,
      hint,
    },
  };
};

/** Waits for each, and tells who asked for it how many have ended. */
const waitForAll = async (call: ToolCall, tasks: readonly Task[], timeoutSeconds: number): Promise<ReadonlyMap<string, Waited>> => {
  const { actions, caller, progress } = call;
  const waited = new Map<string, Waited>();
  const failed = new AbortController();
  const signal = AbortSignal.any([call.signal, failed.signal]);
  const begun = performance.now();
  let ended = 0;
  // By the clock, since progress must grow from one notice to the next.
  const tell = (): void => progress?.((performance.now() - begun) / 1000, timeoutSeconds, `${ended} of ${tasks.length} have ended`);
  const waitForOne = async ({ id }: Task): Promise<void> => {
    try {
      const { task, isOver } = await actions.waitForTask(caller, id, { until: 'end', timeoutSeconds, signal });
      waited.set(id, { task, isOver });
      if (!isOver) return;
      ended += 1;
      tell();
    } catch (error) {
      if (!(error instanceof MakimaError) || error.code !== 'TASK_NOT_FOUND') throw error;
      waited.set(id, null);
    }
  };
  const timer = progress === null ? null : setInterval(tell, progressEveryMs);
  tell();
  try {
    await Promise.all(tasks.map(waitForOne));
  } finally {
    failed.abort();
    if (timer !== null) clearInterval(timer);
  }
  return waited;
};

/** Waiting, which is bounded: clients give up a tool that does not answer. */
export const waitingTools: readonly Tool[] = [
  tool(
    'wait_for_tasks',
    {
      title: 'Wait for tasks',
      description: `Wait until every one of these tasks has ended, or the time is over (${usualSeconds} s, or as many seconds as you say): tells which have ended and how, and which go on and since when. Call it again for those. While you wait, others have your slot. A task that has ended may have failed: look at its status.`,
      hints: reads,
    },
    async (call, { taskIds, seconds = usualSeconds }) => {
      const tasks = await awaitedOf(call, taskIds);
      if (tasks.length > 0) return answerOf(await waitForAll(call, tasks, seconds));
      const hint = 'None of your subtasks goes on: list_tasks shows them; one that is pending was never started.';
      return { text: `${hint}\n`, data: { allEnded: true, ended: [], goingOn: [], deleted: [], hint } };
    },
  ),
];
