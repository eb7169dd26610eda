import { isAbsolute } from 'node:path';
import { Option } from 'commander';
import type { RunCompletion, Task } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { findTask } from '../find-task.ts';
import { localPath } from '../../typescript/home.ts';
import { repositoryOf } from '../repository.ts';
import { plain } from '../output/plain.ts';

interface CompleteOptions {
  action?: 'branch' | 'merge' | 'pr';
  targetRepo?: string;
  targetBranch?: string;
  force?: boolean;
}

/** The repository that the task works on, where that is a path on the daemon's machine: whoever names none means that. */
const ownRepository = ({ targetRepoPath, repositoryUrl }: Task): string | null =>
  targetRepoPath === null && repositoryUrl !== null && isAbsolute(repositoryUrl) ? repositoryUrl : null;

/** A task's work into a repository of the user's. */
export const addComplete: AddCommand = (program, cli) => {
  program
    .command('complete <task>')
    .description("bring a task's work into a repository as a branch, a merge or a pull request; safe to repeat")
    .addOption(new Option('--action <action>', "the task's own if left out").choices(['branch', 'merge', 'pr']))
    .option('--target-repo <path>', "a repository on the daemon's machine; the task's own, or the one that it works on, if left out")
    .option('--target-branch <name>', "the branch that is merged into; the repository's default branch if left out")
    .option('--force', 'bring out files with conflict markers too, where they are meant')
    .action(async (named: string, { action, targetRepo, targetBranch, force }: CompleteOptions) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const task = await makima.getTask(await findTask(makima, named));
      const target = targetRepo === undefined ? ownRepository(task) : repositoryOf(targetRepo);
      const how: RunCompletion = {
        ...(action !== undefined && { action }),
        ...(target !== null && { targetRepoPath: target }),
        ...(targetBranch !== undefined && { targetBranch }),
        ...(force !== undefined && { force }),
      };
      screen.progress('bringing the work out…');
      const done = await makima.complete(task.id, how);
      await (isJson
        ? screen.printJson(done)
        : screen.print(`${plain(done.message)}${done.prUrl === null ? '' : `\n${plain(done.prUrl)}`}\n`));
    });
};

/** A task's work as a repository of its own. */
export const addClone: AddCommand = (program, cli) => {
  program
    .command('clone <task> <directory>')
    .description("make a copy of a task's worktree that is a repository of its own")
    .action(async (named: string, directory: string) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const taskId = await findTask(makima, named);
      screen.progress(`copying the worktree to ${directory}…`);
      const copied = await makima.call(
        makima.api.POST('/api/v1/mesh/tasks/{taskId}/worktree/clone', {
          params: { path: { taskId } },
          body: { targetDir: localPath(directory) },
        }),
      );
      await (isJson ? screen.printJson(copied) : screen.print(`${plain(copied.targetDir)}\n`));
    });
};
