import { budgetOf, withBudgetOptions, type BudgetOptions } from '../budget-options.ts';
import type { AddCommand } from '../cli.ts';
import { Failure } from '../failure.ts';
import { findTask } from '../find-task.ts';
import { usageLines } from '../output/usage-lines.ts';

export const addUsage: AddCommand = (program, cli) => {
  program
    .command('usage <task>')
    .description('what a task has used, by itself, with all below it and in each run, and of the budgets over it')
    .action(async (named: string) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const taskId = await findTask(makima, named);
      const report = await makima.usage(taskId);
      if (isJson) await screen.printJson(report);
      else await screen.print(usageLines(taskId, report));
    });
};

export const addBudget: AddCommand = (program, cli) => {
  const command = program
    .command('budget <task>')
    .description('what a task and all below it may use from now on; a limit that is not named stays, and what was stopped can be started');
  withBudgetOptions(command)
    .option('--none', 'no limit at all')
    .action(async (named: string, options: BudgetOptions & { none?: boolean }) => {
      const { screen, isJson } = cli;
      const given = budgetOf(options);
      if ((given !== null) === (options.none === true)) throw new Failure('Say the limits, such as --max-cost 10, or --none.');
      const makima = await cli.connect();
      const taskId = await findTask(makima, named);
      const { budget } = await makima.getTask(taskId);
      const task = await makima.updateTask(taskId, { budget: given === null ? null : { ...budget, ...given } });
      if (isJson) await screen.printJson(task);
      else await screen.print(usageLines(taskId, await makima.usage(taskId)));
    });
};
