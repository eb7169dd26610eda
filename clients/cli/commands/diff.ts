import type { AddCommand } from '../cli.ts';
import { findTask } from '../find-task.ts';
import { changedFiles, paintPatch } from '../output/patch.ts';

export const addDiff: AddCommand = (program, cli) => {
  program
    .command('diff <task>')
    .description('show what a task changed, as a patch that `git apply` takes; what is not committed, too')
    .option('--stat', 'the changed files alone')
    .action(async (named: string, { stat }: { stat?: boolean }) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const taskId = await findTask(makima, named);
      if (isJson) {
        for (const file of await makima.diff(taskId)) await screen.printJson(file);
        return;
      }
      if (stat === true) return screen.print(changedFiles(await makima.diff(taskId), screen.paint));
      // Bytes, whose encoding is that of the files: in a pipe they go on as they are.
      const bytes = await makima.call(
        makima.api.GET('/api/v1/mesh/tasks/{taskId}/diff', {
          params: { path: { taskId } },
          parseAs: 'arrayBuffer',
          headers: { accept: 'text/plain' },
        }),
      );
      const patch = new Uint8Array(bytes);
      if (patch.length === 0) {
        screen.note('Nothing was changed.');
        return;
      }
      await screen.print(screen.isTerminal ? paintPatch(new TextDecoder().decode(patch), screen.paint) : patch);
    });
};
