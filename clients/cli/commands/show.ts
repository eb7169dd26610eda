import type { ListedTask, TaskTree } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { findTasks } from '../find-task.ts';
import { waitsOf, worktreeOf } from '../look-closer.ts';
import { taskDetails } from '../output/task-details.ts';

/** What is below a task, of all depths, newest first: as lists come, of which the table makes trees. */
const descendantsOf = ({ subtasks }: TaskTree): ListedTask[] =>
  subtasks.flatMap((each) => [each, ...descendantsOf(each)]).toSorted((one, other) => (one.createdAt < other.createdAt ? 1 : -1));

export const addShow: AddCommand = (program, cli) => {
  program
    .command('show <task...>')
    .aliases(['inspect'])
    .description('show all that is known of a task, and what is below it')
    .action(async (named: string[]) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      for (const [index, taskId] of (await findTasks(makima, named)).entries()) {
        if (isJson) {
          await screen.printJson(await makima.getTask(taskId));
          continue;
        }
        const tree = await makima.tree(taskId);
        const { budgets } = tree.budget === null ? { budgets: [] } : await makima.usage(taskId);
        const found = { waits: await waitsOf(makima, tree), worktree: await worktreeOf(makima, tree) };
        await screen.print(`${index === 0 ? '' : '\n'}${taskDetails(tree, descendantsOf(tree), budgets, found, screen, Date.now())}`);
      }
    });
};
