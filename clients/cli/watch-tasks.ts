import type { ListedTask } from '../typescript/index.ts';
import type { Cli } from './cli.ts';

/** Shows tasks as they change, until Ctrl-C. */
export const watchTasks = async (cli: Cli, fits: (task: ListedTask) => boolean, { idsAlone }: { idsAlone: boolean }): Promise<void> => {
  void [cli, fits, idsAlone];
  return Promise.resolve();
};
