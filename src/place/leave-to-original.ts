import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '../../schemas/task.ts';
import { underWayList } from '../completion/under-way.ts';
import type { Relocation } from '../domain/relocation.ts';
import { codeOf } from '../files/failure.ts';
import { removeRunDirectory } from '../process/run-directory.ts';
import { concludeRun } from '../runs/conclude-run.ts';
import type { RunContext } from '../runs/context.ts';
import { createDesk } from '../runs/asking/desk.ts';
import { runHooks } from '../runs/hooks/index.ts';
import type { Runs } from '../runs/runs.ts';

const pageSize = 500;

const namesIn = (directory: string): Promise<string[]> =>
  readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });

const everyTask = async function* ({ store }: RunContext): AsyncGenerator<Task> {
  let cursor: string | null = null;
  do {
    const page: { items: Task[]; nextCursor: string | null } = await store.listTasks({ limit: pageSize, cursor });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
};

/** A completion action that the copy finds begun is the original's: begun again here, the user's repository would have it twice. */
const leaveCompletion = async ({ store, ledger }: RunContext, task: Task, message: string): Promise<void> => {
  if (task.completion?.status !== 'running') return;
  const completion = { ...task.completion, status: 'failed' as const, message };
  const hasRun = (await store.currentRun(task.id)) !== null;
  await ledger.update(task.id, { completion }, [
    { type: 'completion', completion },
    ...(hasRun ? [] : [{ type: 'end' as const, status: task.status }]),
  ]);
};

/**
 * Ends, for a copy, everything that goes on in the original: runs are lost, tasks that wait are interrupted, completion
 * actions are given up. No process is looked for and none is signalled: they are the original's. Can be repeated.
 */
export const leaveToOriginal = async (context: RunContext, runs: Runs, { from }: Relocation): Promise<void> => {
  const { store, ledger, drivers, directories } = context;
  // Nobody answers from here what an agent asks there.
  const limits = { reached: () => false, succeeded: () => undefined };
  const hooks = runHooks({ ...context, budgets: runs.budgets, limits }, createDesk(context, runs.detached));
  const where = from[0] ?? 'its original';
  await ledger.flush();
  const underWay = underWayList(store);
  for (const { taskId } of await underWay.all()) await underWay.remove(taskId);
  for await (const task of everyTask(context))
    await leaveCompletion(
      context,
      task,
      `This home was copied from ${where} while the action was under way; it goes on there. Ask for it again to have it done from here`,
    );
  const lost = `This home was copied from ${where} while the agent was at work: it goes on there, and nothing of it runs here. Start the task again to have it go on here`;
  for (const run of await store.activeRuns()) {
    const task = await store.getTask(run.taskId);
    if (task === null) continue;
    const of = { task, run, driver: drivers.ofTask(task) };
    await concludeRun({ ...context, runs }, hooks, of, { lost, elsewhere: true }, (work) => work());
  }
  for await (const { id, status } of everyTask(context)) {
    if (status !== 'queued') continue;
    const reason = `This home was copied from ${where} while the task waited: it waits there`;
    await ledger.transition(id, {
      to: 'interrupted',
      from: ['queued'],
      patch: { completedAt: context.now().toISOString() },
      reason,
      events: [{ type: 'end', status: 'interrupted' }],
    });
  }
  // Copies of the directories that the original's agents write to.
  for (const name of await namesIn(directories.runs)) await removeRunDirectory(join(directories.runs, name));
  // The original's daemon has it.
  await store.setMeta('port', '0');
};
