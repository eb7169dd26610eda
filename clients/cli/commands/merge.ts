import { Argument, type Command } from 'commander';
import { MakimaError, type Makima, type MergeStatus } from '../../typescript/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { exitCodes } from '../failure.ts';
import { findTask } from '../find-task.ts';
import { conflictLines, mergeStatusLines } from '../output/merge-lines.ts';
import { plain } from '../output/plain.ts';
import { counted } from '../output/sizes.ts';

const strategies = ['ours', 'theirs', 'manual'] as const;
type Strategy = (typeof strategies)[number];

const at = (taskId: string) => ({ path: { taskId } });

const tell = async ({ screen, isJson }: Cli, value: unknown, text: string): Promise<void> =>
  isJson ? screen.printJson(value) : screen.print(text);

const tellStatus = (cli: Cli, status: MergeStatus, named: string): Promise<void> => tell(cli, status, mergeStatusLines(status, named));

interface StartOptions {
  branch?: string;
  force?: boolean;
}

/** Merges, and says what conflicts where it does: the merge is open then, which is a failure for a script. */
const startMerge = async (cli: Cli, makima: Makima, taskId: string, subtaskId: string, { branch, force }: StartOptions): Promise<void> => {
  const { screen } = cli;
  try {
    const what = { subtaskId, ...(branch !== undefined && { branch }), ...(force !== undefined && { force }) };
    const merged = await makima.merge(taskId, what);
    await tell(cli, merged, `${plain(merged.message)} (${merged.commitSha.slice(0, 12)})\n`);
  } catch (error) {
    if (error instanceof MakimaError && error.code === 'MERGE_CONFLICT') {
      const status = await makima.call(makima.api.GET('/api/v1/mesh/tasks/{taskId}/merge', { params: at(taskId) }));
      if (cli.isJson) await screen.printJson(status);
      else screen.note(conflictLines(status.conflicts).trimEnd());
    }
    throw error;
  }
};

/** What is done to a merge that is under way. */
const addSteps = (merge: Command, cli: Cli): void => {
  const open = async (named: string): Promise<{ makima: Makima; taskId: string }> => {
    const makima = await cli.connect();
    return { makima, taskId: await findTask(makima, named) };
  };
  merge
    .command('status <task>')
    .description('the merge under way, and its conflicts that are left')
    .action(async (named: string) => {
      const { makima, taskId } = await open(named);
      await tellStatus(cli, await makima.call(makima.api.GET('/api/v1/mesh/tasks/{taskId}/merge', { params: at(taskId) })), named);
    });
  merge
    .command('resolve <task> <file>')
    .addArgument(
      new Argument('<side>', 'ours: what the task has; theirs: what the subtask has; manual: the file as it now stands').choices(
        strategies,
      ),
    )
    .description('resolve the conflict in one file')
    .action(async (named: string, file: string, strategy: Strategy) => {
      const { makima, taskId } = await open(named);
      const body = { file, strategy };
      await tellStatus(
        cli,
        await makima.call(makima.api.POST('/api/v1/mesh/tasks/{taskId}/merge/resolve', { params: at(taskId), body })),
        named,
      );
    });
  merge
    .command('commit <task>')
    .description('commit the merge once every conflict is resolved')
    .option('-m, --message <text>', 'of the commit')
    .action(async (named: string, { message }: { message?: string }) => {
      const { makima, taskId } = await open(named);
      const body = message === undefined ? {} : { message };
      const done = await makima.call(makima.api.POST('/api/v1/mesh/tasks/{taskId}/merge/commit', { params: at(taskId), body }));
      await tell(cli, done, `${plain(done.message)} (${done.commitSha.slice(0, 12)})\n`);
    });
  merge
    .command('abort <task>')
    .description('undo the merge: the worktree is again exactly as before it')
    .action(async (named: string) => {
      const { makima, taskId } = await open(named);
      const done = await makima.call(makima.api.POST('/api/v1/mesh/tasks/{taskId}/merge/abort', { params: at(taskId) }));
      await tell(cli, done, `${plain(done.message)}\n`);
    });
  merge
    .command('skip <task> <subtask> <reason>')
    .description("leave a subtask's work out on purpose")
    .action(async (named: string, subtask: string, reason: string) => {
      const { makima, taskId } = await open(named);
      const body = { subtaskId: await findTask(makima, subtask), reason };
      const done = await makima.call(makima.api.POST('/api/v1/mesh/tasks/{taskId}/merge/skip', { params: at(taskId), body }));
      await tell(cli, done, `${plain(done.message)}\n`);
    });
  merge
    .command('check <task>')
    .description('whether all work of the subtasks is merged or skipped; the exit status is 1 where it is not')
    .action(async (named: string) => {
      const { makima, taskId } = await open(named);
      const check = await makima.call(makima.api.GET('/api/v1/mesh/tasks/{taskId}/merge/check', { params: at(taskId) }));
      if (!check.canComplete) cli.endWith(exitCodes.failed);
      const left = check.unmerged
        .map(({ taskName, branch, reason }) => `  ${plain(taskName)} (${plain(branch)}): ${plain(reason)}\n`)
        .join('');
      const counts = `${counted(check.mergedCount, 'subtask')} merged, ${check.skippedCount} skipped, ${check.unmerged.length} left\n`;
      await tell(cli, check, counts + left);
    });
};

export const addMerge: AddCommand = (program, cli) => {
  const merge = program
    .command('merge')
    .argument('[task]', 'into whose worktree is merged, an orchestrator as a rule')
    .argument('[subtask]', 'whose work is merged: all that its worktree holds and git does not ignore')
    .description("merge a subtask's work into its parent's worktree")
    .option('--branch <name>', "another branch of the subtask's repository, in place of what its worktree holds")
    .option('--force', 'take files with conflict markers too, where they are meant')
    .action(async (named: string | undefined, subtask: string | undefined, options: StartOptions) => {
      if (named === undefined || subtask === undefined)
        return merge.error('error: name the task and the subtask, as in `makima merge <task> <subtask>`');
      const makima = await cli.connect();
      await startMerge(cli, makima, await findTask(makima, named), await findTask(makima, subtask), options);
    });
  addSteps(merge, cli);
};
