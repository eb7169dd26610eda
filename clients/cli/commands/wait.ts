import { Option } from 'commander';
import { MakimaError, type Task } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { findTasks } from '../find-task.ts';
import { exitCodeOf, outcomeLines } from '../output/outcome.ts';
import { withinLine } from '../output/plain.ts';
import { stretch } from '../read-options.ts';

interface Options {
  for: 'end' | 'terminal';
  timeout?: number;
}

const isTask = (value: unknown): value is Task => typeof value === 'object' && value !== null && 'status' in value && 'completion' in value;

export const addWait: AddCommand = (program, cli) => {
  program
    .command('wait <task...>')
    .description('wait until tasks have ended; the exit status says how')
    .addOption(
      new Option('--for <moment>', 'end: its completion action is over, too; terminal: its agent has ended')
        .choices(['end', 'terminal'])
        .default('end'),
    )
    .option('--timeout <time>', 'give up after so long, such as 10m; the exit status is 8 then', stretch)
    .action(async (named: string[], { for: until, timeout = Infinity }: Options) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const giveUpAt = Date.now() + timeout;
      for (const taskId of await findTasks(makima, named)) {
        screen.progress(`waiting for ${taskId}…`);
        const task = await makima
          .wait(taskId, { until, timeoutMs: Math.max(0, giveUpAt - Date.now()), signal: cli.interrupted() })
          .catch((error: unknown) => {
            const unfinished = error instanceof MakimaError && error.code === 'TIMEOUT' ? error.details['task'] : null;
            if (!isTask(unfinished)) throw error;
            return unfinished;
          });
        cli.endWith(exitCodeOf(task));
        if (isJson) await screen.printJson(task);
        else await screen.print(`${task.id}  ${withinLine(task.name)}: ${outcomeLines(task).join('\n  ')}\n`);
      }
    });
};
