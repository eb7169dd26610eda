import type { ListedTask, Makima } from '../../typescript/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { Failure } from '../failure.ts';
import { eachTask } from '../find-task.ts';
import { withinLine } from '../output/plain.ts';
import { counted, shortSize } from '../output/sizes.ts';
import { endedStates, isEnded } from '../output/states.ts';
import { taskTable } from '../output/task-rows.ts';
import { stretch } from '../read-options.ts';
import { sizeOf } from '../size-of.ts';
import { agree, removeAll } from './remove.ts';

interface Options {
  worktrees?: boolean;
  keepWorktree?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  olderThan: number;
}

/** The tasks that ended before then, with what stands above and below each. */
const lookAtAll = async (makima: Makima, before: number) => {
  const isOver = ({ status, completedAt, updatedAt }: ListedTask): boolean =>
    isEnded(status) && Date.parse(completedAt ?? updatedAt) < before;
  const all = new Map<string, ListedTask>();
  for await (const task of eachTask(makima)) all.set(task.id, task);
  const above = function* (task: ListedTask): Generator<ListedTask> {
    for (let each = all.get(task.parentTaskId ?? ''); each !== undefined; each = all.get(each.parentTaskId ?? '')) yield each;
  };
  return { all: [...all.values()], isOver, above };
};

/** Those at the top of trees all of which ended before then: a tree goes as a whole. */
const deletable = async (makima: Makima, before: number): Promise<ListedTask[]> => {
  const { all, isOver, above } = await lookAtAll(makima, before);
  const kept = new Set(all.filter((task) => !isOver(task)).flatMap((task) => [task, ...above(task)].map(({ id }) => id)));
  return all.filter(({ id, parentTaskId }) => parentTaskId === null && !kept.has(id));
};

/** Those with files: what leads a tree may still merge what is below it, and needs it as long as it works. */
const withOldWorktree = async (makima: Makima, before: number): Promise<ListedTask[]> => {
  const { all, isOver, above } = await lookAtAll(makima, before);
  return all.filter((task) => task.overlayPath !== null && isOver(task) && [...above(task)].every(isOver));
};

const whatStays =
  'What they hold and git does not ignore is kept: a start of the task, or `makima restore <id>`, brings it back. What git ignores, such as node_modules, is not.';

const agreeToPutAway = async ({ screen }: Cli, tasks: readonly ListedTask[], yes: boolean): Promise<boolean> => {
  if (yes) return true;
  if (!screen.canAsk)
    throw new Failure(`This would put away ${counted(tasks.length, 'worktree')}, and nobody is here to be asked. Say -y to have it done.`, {
      code: 'NOT_CONFIRMED',
    });
  await tellWhatGoes(screen, tasks);
  screen.note(whatStays);
  return screen.ask(`Put ${tasks.length === 1 ? 'it' : `these ${tasks.length}`} away?`);
};

const tellWhatGoes = async (screen: Cli['screen'], tasks: readonly ListedTask[]): Promise<void> => {
  screen.note(taskTable(tasks, screen, Date.now()).trimEnd());
  screen.progress('measuring their worktrees…');
  const size = await sizeOf(tasks.flatMap(({ overlayPath }) => overlayPath ?? []));
  screen.note(`Their worktrees take ${size.isWhole ? '' : 'more than '}${shortSize(size.bytes)}.`);
};

/** Puts them away one by one; one that somebody works in is told and left. */
const putAllAway = async (cli: Cli, makima: Makima, tasks: readonly ListedTask[]): Promise<void> => {
  const { screen, isJson } = cli;
  let freed = 0;
  for (const { id, name } of tasks) {
    try {
      screen.progress(`putting away ${withinLine(name)}…`);
      const { bytes } = await makima.call(makima.api.DELETE('/api/v1/mesh/tasks/{taskId}/worktree', { params: { path: { taskId: id } } }));
      freed += bytes;
      await (isJson
        ? screen.printJson({ id, name, putAway: true, bytes })
        : screen.print(`${id}  put away, ${shortSize(bytes)}  ${withinLine(name)}\n`));
    } catch (error) {
      cli.tell(error);
    }
  }
  if (!isJson) screen.note(`Freed ${shortSize(freed)}.`);
};

/** Says what would go, and does nothing. */
const showOnly = async ({ screen, isJson }: Cli, tasks: readonly ListedTask[]): Promise<void> => {
  if (!isJson) return tellWhatGoes(screen, tasks);
  for (const { id, name, overlayPath } of tasks) await screen.printJson({ id, name, overlayPath, dryRun: true });
};

export const addPrune: AddCommand = (program, cli) => {
  program
    .command('prune')
    .description(
      `delete tasks that ended some time ago (${endedStates.join(', ')}) with all below them, or put away their worktrees alone; says what that would free, and asks`,
    )
    .option('--older-than <time>', 'those that ended so long ago, such as 12h or 30d; 7d if left out', stretch, 7 * 86_400_000)
    .option('--worktrees', 'put their worktrees away and leave the tasks and logs; a start or a restore brings a worktree back')
    .option('--keep-worktree', 'leave the worktrees where they are')
    .option('--dry-run', 'only say what would go, and what it takes')
    .option('-y, --yes', 'do not ask')
    .action(async ({ worktrees = false, dryRun = false, yes = false, ...options }: Options) => {
      if (worktrees && options.keepWorktree === true) throw new Failure('--worktrees and --keep-worktree exclude each other.');
      const makima = await cli.connect();
      const before = Date.now() - options.olderThan;
      const tasks = await (worktrees ? withOldWorktree : deletable)(makima, before);
      if (tasks.length === 0) {
        cli.screen.note(
          worktrees
            ? 'Nothing is to be put away: no task with a worktree ended so long ago.'
            : 'Nothing is to be deleted: no task ended so long ago.',
        );
        return;
      }
      if (dryRun) return showOnly(cli, tasks);
      if (!(await (worktrees ? agreeToPutAway(cli, tasks, yes) : agree(cli, tasks, { ...options, yes })))) {
        cli.screen.note(worktrees ? 'Nothing was put away.' : 'Nothing was deleted.');
        return;
      }
      await (worktrees ? putAllAway(cli, makima, tasks) : removeAll(cli, makima, tasks, options));
    });
};
