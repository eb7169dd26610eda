import { Argument } from 'commander';
import type { ListedTask } from '../../typescript/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { completionsOf } from '../completion/candidates.ts';
import { completionScript, shells, type Shell } from '../completion/scripts.ts';

/** Nobody waits longer for a tab. */
const patienceMs = 1000;
/** More are not chosen from by tabs. */
const maxTasks = 200;

/** The newest tasks; none where there is no daemon, or it takes too long. */
const newestTasks = async (cli: Cli): Promise<ListedTask[]> => {
  try {
    const makima = await cli.connect();
    const { items } = await makima.listTasks({ view: 'summary', limit: maxTasks }, { signal: AbortSignal.timeout(patienceMs) });
    return items;
  } catch {
    return []; // Whoever types is not to read of it.
  }
};

export const addCompletion: AddCommand = (program, cli) => {
  const { screen } = cli;
  program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(shells))
    .description('print what has a shell complete commands, options and tasks: eval "$(makima completion bash)" in ~/.bashrc')
    .action((shell: Shell) => screen.print(completionScript(shell)));
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { candidates, files } = await completionsOf(program, words, () => newestTasks(cli));
      const lines = candidates.map(({ value, about }) => `${value}\t${about}\n`);
      await screen.print(lines.join('') + (files === null ? '' : `:${files}\n`));
    });
};
