import type { MergeOutlook, MergePreview } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { findTask } from '../find-task.ts';
import { branchTable, outlookLines, previewLines } from '../output/merge-lines.ts';

export const addBranches: AddCommand = (program, cli) => {
  program
    .command('branches <task>')
    .description('list the branches of the tasks below an orchestrator, and which are merged')
    .action(async (named: string) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const branches = await makima.branches(await findTask(makima, named));
      if (isJson) for (const branch of branches) await screen.printJson(branch);
      else if (branches.length > 0) await screen.print(branchTable(branches, screen));
      else screen.note('No task below it has a worktree.');
    });
};

const isOutlook = (preview: MergePreview | MergeOutlook): preview is MergeOutlook => 'subtasks' in preview;

export const addPreview: AddCommand = (program, cli) => {
  program
    .command('preview <task> [subtask]')
    .description('what merging a subtask would come to, with nothing touched; without one: all of them, and the best order')
    .action(async (named: string, subtask: string | undefined) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const taskId = await findTask(makima, named);
      const query = subtask === undefined ? {} : { subtaskId: await findTask(makima, subtask) };
      const preview = await makima.call(
        makima.api.GET('/api/v1/mesh/tasks/{taskId}/merge/preview', { params: { path: { taskId }, query } }),
      );
      if (isJson) await screen.printJson(preview);
      else await screen.print(isOutlook(preview) ? outlookLines(preview) : previewLines(preview));
    });
};
