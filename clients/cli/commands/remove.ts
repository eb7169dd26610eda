import type { ListedTask, Makima, TaskTree } from '../../typescript/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { Failure } from '../failure.ts';
import { findTask, findTasks } from '../find-task.ts';
import { sizeOf } from '../size-of.ts';
import { plain, withinLine } from '../output/plain.ts';
import { counted, shortSize } from '../output/sizes.ts';
import { isEnded } from '../output/states.ts';
import { taskTable } from '../output/task-rows.ts';

export interface Options {
  keepWorktree?: boolean;
  force?: boolean;
  yes?: boolean;
}

const whatStays =
  'What they changed and git does not ignore is kept, and `makima restore <id>` brings it back; their logs and ignored files go.';

/** What would go, and how much of the disk with it; then whether that is wanted. @throws Failure where nobody can be asked */
export const agree = async ({ screen }: Cli, tasks: readonly ListedTask[], { yes, keepWorktree }: Partial<Options>): Promise<boolean> => {
  if (yes === true) return true;
  if (!screen.canAsk)
    throw new Failure(`This would delete ${counted(tasks.length, 'task')}, and nobody is here to be asked. Say -y to have it done.`, {
      code: 'NOT_CONFIRMED',
    });
  screen.note(taskTable(tasks, screen, Date.now()).trimEnd());
  if (keepWorktree === true) screen.note('Their logs go, and their worktrees stay where they are.');
  else {
    screen.progress('measuring their worktrees…');
    const size = await sizeOf(tasks.flatMap(({ overlayPath }) => overlayPath ?? []));
    screen.note(`Their worktrees take ${size.isWhole ? '' : 'more than '}${shortSize(size.bytes)}. ${whatStays}`);
  }
  return screen.ask(`Delete ${tasks.length === 1 ? 'it' : `these ${tasks.length}`}?`);
};

/** Deletes them one by one; those below one go with it. @returns how many were deleted */
export const removeAll = async (
  cli: Cli,
  makima: Makima,
  tasks: readonly ListedTask[],
  { keepWorktree, force }: Partial<Options>,
): Promise<void> => {
  const { screen, isJson } = cli;
  for (const { id, name, status } of tasks) {
    try {
      if (force === true && !isEnded(status) && status !== 'pending') {
        screen.progress(`stopping ${withinLine(name)}…`);
        await makima.stopTask(id);
        await makima.wait(id, { until: 'terminal', signal: cli.interrupted() });
      }
      screen.progress(`deleting ${withinLine(name)}…`);
      await makima.deleteTask(id, keepWorktree === true ? { worktree: 'keep' } : {});
      await (isJson ? screen.printJson({ id, name, deleted: true }) : screen.print(`${id}  deleted  ${withinLine(name)}\n`));
    } catch (error) {
      cli.tell(error);
    }
  }
};

/** A task and all below it. */
const treeOf = (tree: TaskTree): ListedTask[] => [tree, ...tree.subtasks.flatMap(treeOf)];

/** Newest first, as tables have them. */
const withoutRepeats = (tasks: readonly ListedTask[]): ListedTask[] =>
  [...new Map(tasks.map((task) => [task.id, task])).values()].toSorted((one, other) => (one.createdAt < other.createdAt ? 1 : -1));

export const addRm: AddCommand = (program, cli) => {
  program
    .command('rm <task...>')
    .description('delete tasks with their logs and worktrees, and all below them; what they changed can be restored')
    .option('--keep-worktree', 'leave the worktrees where they are')
    .option('-f, --force', 'stop those that run first')
    .option('-y, --yes', 'do not ask, as it is done where more than one would go')
    .action(async (named: string[], options: Options) => {
      const makima = await cli.connect();
      const trees: TaskTree[] = [];
      for (const id of await findTasks(makima, named)) trees.push(await makima.tree(id));
      const gone = withoutRepeats(trees.flatMap(treeOf));
      if (gone.length > 1 && !(await agree(cli, gone, options))) {
        cli.screen.note('Nothing was deleted.');
        return;
      }
      // What goes with another one that was named is gone by then.
      const below = new Set(trees.flatMap((tree) => treeOf(tree).slice(1)).map(({ id }) => id));
      await removeAll(
        cli,
        makima,
        trees.filter(({ id }) => !below.has(id)),
        options,
      );
    });
};

/** A task that is there still, or what may be the id of one that was deleted. */
const findLost = async (makima: Makima, named: string): Promise<string> => {
  try {
    return await findTask(makima, named);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'TASK_NOT_FOUND') throw error;
    throw new Failure(`${error.message} One that was deleted is named by its whole id.`, { code: error.code });
  }
};

/** The way back from a deletion, and from being put away. */
export const addRestore: AddCommand = (program, cli) => {
  program
    .command('restore <task>')
    .description('bring back the worktree of a task, and the task where it was deleted: then by its whole id, since its name is gone')
    .option('--without-parent', 'as a task of its own, where its parent was deleted, too')
    .action(async (named: string, { withoutParent }: { withoutParent?: boolean }) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const id = await findLost(makima, named);
      const query = withoutParent === true ? { parentTaskId: 'none' as const } : {};
      const task = await makima.call(
        makima.api.POST('/api/v1/mesh/tasks/{taskId}/worktree/restore', { params: { path: { taskId: id }, query } }),
      );
      await (isJson
        ? screen.printJson(task)
        : screen.print(`${task.id}  ${task.status}  ${withinLine(task.name)}\n  ${plain(task.overlayPath ?? '')}\n`));
    });
};
