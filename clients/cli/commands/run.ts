import { Option } from 'commander';
import type { CreateTask, Makima } from '../../typescript/index.ts';
import { budgetOf, withBudgetOptions, type BudgetOptions } from '../budget-options.ts';
import type { AddCommand } from '../cli.ts';
import { findTask } from '../find-task.ts';
import { followTask } from '../follow-task.ts';
import { localPath } from '../../typescript/home.ts';
import { repositoryOf, topOf } from '../repository.ts';
import { cutTo, withinLine } from '../output/plain.ts';
import { list, wholeNumber } from '../read-options.ts';
import { readText } from '../read-text.ts';

interface Options extends BudgetOptions {
  file?: string;
  name?: string;
  /** false: none. */
  repo?: string | false;
  base?: string;
  branch?: string;
  agent?: string;
  model?: string;
  effort?: string;
  orchestrator?: boolean;
  parent?: string;
  continueFrom?: string;
  dependsOn?: string[];
  files?: string[];
  action?: 'none' | 'branch' | 'merge' | 'pr';
  targetRepo?: string;
  targetBranch?: string;
  priority?: number;
  start: boolean;
  detach?: boolean;
  follow?: boolean;
}

/** Where none is given, that in whose directories the command is typed; a subtask has its parent's. */
const repositoryFor = ({ repo, parent }: Options): string | null => {
  if (repo === false || (repo === undefined && parent !== undefined)) return null;
  return repo === undefined ? topOf(process.cwd()) : repositoryOf(repo);
};

/** The first line of a plan, as far as it makes a name. */
const nameFrom = (plan: string): string => {
  const first = plan.split('\n').find((line) => /[\p{L}\p{N}]/u.test(line)) ?? plan;
  return cutTo(
    withinLine(first)
      .replace(/^[\s#>*-]+/, '')
      .trim() || 'task',
    60,
  );
};

const requestOf = async (makima: Makima, plan: string, options: Options): Promise<CreateTask> => {
  const {
    name,
    base,
    branch,
    agent,
    model,
    effort,
    orchestrator,
    parent,
    continueFrom,
    dependsOn,
    files,
    action,
    targetRepo,
    targetBranch,
    priority,
    start,
  } = options;
  const repository = repositoryFor(options);
  const budget = budgetOf(options);
  return {
    name: name ?? nameFrom(plan),
    plan,
    start,
    ...(repository !== null && { repositoryUrl: repository }),
    ...(base !== undefined && { baseBranch: base }),
    ...(branch !== undefined && { branch }),
    ...(agent !== undefined && { agent }),
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(orchestrator !== undefined && { isOrchestrator: orchestrator }),
    ...(parent !== undefined && { parentTaskId: await findTask(makima, parent) }),
    ...(continueFrom !== undefined && { continueFromTaskId: await findTask(makima, continueFrom) }),
    ...(dependsOn !== undefined && { dependsOn: await Promise.all(dependsOn.map((each) => findTask(makima, each))) }),
    ...(files !== undefined && { copyFiles: files }),
    ...(action !== undefined && { completionAction: action }),
    ...(targetRepo !== undefined && { targetRepoPath: localPath(targetRepo) }),
    ...(targetBranch !== undefined && { targetBranch }),
    ...(priority !== undefined && { priority }),
    ...(budget !== null && { budget }),
  };
};

export const addRun: AddCommand = (program, cli) => {
  const command = program
    .command('run [plan...]')
    .description('have an agent carry out a plan, and follow it to its end, which the exit status tells; Ctrl-C leaves it at work')
    .option('-f, --file <path>', 'the plan is in this file; - is standard input, as it is in the place of the plan')
    .option('--name <name>', "of the task; the plan's first line if left out")
    .option(
      '--repo <path or url>',
      'the repository to work on: a path, a clone URL, or new:// for an empty one; the one that you are in if left out',
    )
    .option('--no-repo', 'in a scratch directory')
    .option('--base <branch>', 'where the work begins; the default branch if left out')
    .addOption(
      new Option(
        '--branch <name>',
        'go on with this branch in place of a new one, and have the action bring it forward; a pull request by #number or address',
      ).conflicts(['base', 'parent', 'continueFrom']),
    )
    .option('--agent <name>', 'which agent; `makima agents` lists them')
    .option('--model <name>', 'as the agent names it')
    .option('--effort <name>', 'how hard it is to think, as the agent names it')
    .option('--orchestrator', 'the agent leads others: it makes subtasks and merges their work')
    .option('--parent <task>', 'make it a subtask of this orchestrator')
    .option('--continue-from <task>', 'begin with the work of another task, when that has ended')
    .option('--depends-on <tasks>', 'begin when these are done, and fail if one is not; commas between, or repeated', list)
    .option('--files <paths>', 'files to copy into the worktree that git does not track; commas between, or repeated', list)
    .addOption(new Option('--action <action>', 'what is done with the work when it ends well').choices(['none', 'branch', 'merge', 'pr']))
    .option('--target-repo <path>', "the repository of the action; --repo's if left out")
    .option('--target-branch <name>', 'the branch of the action; the default branch if left out')
    .option('--priority <number>', 'higher starts first; 0 if left out', wholeNumber);
  withBudgetOptions(command)
    .option('--no-start', 'only make the task')
    .option('--follow', 'show what the agent says and does until it ends; so it is where -d is not said')
    .addOption(new Option('-d, --detach', 'print the id and return at once').conflicts('follow'))
    .action(async (words: string[], options: Options) => {
      const { screen, isJson } = cli;
      const plan = await readText(words, options.file, 'the plan');
      const makima = await cli.connect();
      const task = await makima.createTask(await requestOf(makima, plan, options));
      // Who meant a repository and stands beside it would look for the work there.
      if (task.repositoryUrl === null && task.parentTaskId === null && options.repo !== false)
        screen.note('No repository is here: it works in a scratch directory.');
      if (options.detach === true || !options.start) return isJson ? screen.printJson(task) : screen.print(`${task.id}\n`);
      if (!isJson) screen.note(screen.paintNote('dim', `${task.id} ${withinLine(task.name)}`));
      await followTask(cli, makima, task.id);
    });
};
