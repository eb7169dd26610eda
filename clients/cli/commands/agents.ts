import type { Info } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { plain } from '../output/plain.ts';
import type { Screen } from '../output/screen.ts';

type Agent = Info['agents'][number];

/** What is the matter in a few words, and what to do: a name that was looked for in thirty folders is only not there. */
const partsOf = ({ path, command, problem }: Agent): { says: string; remedy: string } => {
  const [says = '', ...remedy] = (problem ?? '').split(/\. (?=[A-Z])/);
  return { says: path === null && !command.includes('/') ? 'not installed' : says, remedy: remedy.join('. ') };
};

/** Agents as a person reads them: which can be used, and what is to be done for the others. */
export const agentLines = (agents: readonly Agent[], { paint }: Pick<Screen, 'paint'>): string =>
  agents
    .map((agent) => {
      const { name, version, path, protocol, isDefault, problem } = agent;
      const { says, remedy } = partsOf(agent);
      const isReady = problem === null;
      // One that nobody counts on, and is not there, is no trouble.
      const [colour, mark] = isReady
        ? (['green', '✓'] as const)
        : path === null && !isDefault
          ? (['dim', '·'] as const)
          : (['red', '✗'] as const);
      const what = [version ?? '', path ?? '', isReady ? '' : says].filter((each) => each !== '').join(' ');
      const of = [isDefault ? 'the default' : '', protocol === name ? '' : protocol].filter((each) => each !== '').join(', ');
      return `${paint(colour, mark)} ${paint('bold', plain(name))} ${plain(what)}${of === '' ? '' : ` (${plain(of)})`}\n${remedy === '' ? '' : `    ${plain(remedy)}\n`}`;
    })
    .join('');

export const addAgents: AddCommand = (program, cli) => {
  program
    .command('agents')
    .description('list the agents that tasks can have, and how to come to have those that are not installed')
    .action(async () => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const agents = await makima.call(makima.api.GET('/api/v1/mesh/agents'));
      if (isJson) for (const agent of agents) await screen.printJson(agent);
      else await screen.print(agentLines(agents, screen));
    });
};
