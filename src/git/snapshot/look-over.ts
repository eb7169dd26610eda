import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Warning } from '../../../schemas/task.ts';
import { nameSome } from '../../domain/names/name-some.ts';
import { isMissing } from '../../files/failure.ts';
import { isDirectory, isThere } from '../../files/look.ts';
import { joinBytes } from '../../files/relative-path.ts';
import { readPlainText } from '../../files/rewrite-file.ts';
import { commitOf, git, gitText, showPath, splitNul, withoutForeignFilters } from '../command/index.ts';
import { operationUnderWay, parsePackedRefs, refsBelow, requirePlainGitData } from '../repository/index.ts';
import {
  headPlaceOf,
  initialRefsFile,
  type LinkedWorktree,
  linkedWorktrees,
  makimaDirectory,
  placeOf,
  sharesRepository,
  type Worktree,
} from '../worktree/index.ts';

/** Larger ones are nobody's source; GitHub refuses twice that. */
const largeBytes = 50 * 1024 * 1024;
const maxNamed = 10;
/** Files whose size is looked at; an agent that leaves more has not ignored what it installed. */
const maxLooked = 5000;
/** Commits whose distance from the work is counted, by a process each: the end of a task waits for them. */
const maxCounted = 50;
const heads = 'refs/heads/';

/** Codes of what lies beside a task's work and is not brought out with it. */
export const besideCodes: readonly string[] = ['WORK_ON_OTHER_BRANCHES', 'WORK_STASHED', 'WORK_IN_OTHER_WORKTREES'];

const named = (names: readonly string[]): string => nameSome(names, maxNamed);

/**
 * Looks over a worktree and its repository when a run has ended, for what is there and not in the work that a merge or a
 * completion brings out, or should not be in it. Where nothing is, it takes two git commands: refs are read off their files.
 *
 * @returns what somebody should know; nothing where the worktree is gone
 * @throws MakimaError GIT_FAILED
 */
export const lookOver = async (worktree: Worktree, signal?: AbortSignal): Promise<Warning[]> => {
  if (!(await isDirectory(worktree.path)) || !(await isDirectory(worktree.adminDir))) return [];
  await requirePlainGitData(worktree.gitDir, worktree.adminDir);
  const found: Warning[] = [];
  const operation = await operationUnderWay(worktree.adminDir);
  if (operation !== null)
    found.push({
      code: 'OPERATION_UNFINISHED',
      message: `The agent has left ${operation} unfinished in ${worktree.path}. Nothing is brought out of it before that is continued or aborted there`,
    });
  // in a repository that tasks of makima 0.1 share, branches, stashes and worktrees are other tasks' too
  const linked = sharesRepository(worktree) ? [] : await linkedWorktrees(worktree);
  if (!sharesRepository(worktree)) found.push(...(await besideTheWork(worktree, linked, signal)));
  return [...found, ...(await strangeFiles(worktree, linked, signal))];
};

const besideTheWork = async (worktree: Worktree, linked: readonly LinkedWorktree[], signal?: AbortSignal): Promise<Warning[]> => {
  const found: Warning[] = [];
  const branches = await otherBranches(worktree, linked, signal);
  if (branches.length > 0)
    found.push({
      code: 'WORK_ON_OTHER_BRANCHES',
      message: `Commits that are not in this task's work: ${named(branches)}. Merge them into what is checked out in ${worktree.path}, or, from a parent, merge the branch by its name`,
    });
  // a stash is the log of its ref, which goes with the last one
  if (await isThere(path.join(worktree.gitDir, 'logs', 'refs', 'stash')))
    found.push({
      code: 'WORK_STASHED',
      message: `Work was stashed and is not in this task's work: \`git stash list\` in ${worktree.path} shows it`,
    });
  const dirty: string[] = [];
  for (const each of linked) if (await holdsWork(each, signal)) dirty.push(each.path);
  if (dirty.length > 0)
    found.push({
      code: 'WORK_IN_OTHER_WORKTREES',
      message: `Uncommitted work in other worktrees that the agent made, which is not in this task's work: ${named(dirty)}`,
    });
  return found;
};

/** Branches, and detached heads of other worktrees, with commits that neither HEAD nor what the repository began with has. */
const otherBranches = async (
  { gitDir, adminDir }: Worktree,
  linked: readonly LinkedWorktree[],
  signal?: AbortSignal,
): Promise<string[]> => {
  const known = new Set(parsePackedRefs((await readPlainText(initialRefsFile(gitDir))) ?? '').values());
  const tips = new Map<string, string>();
  for (const [ref, commit] of await refsBelow(gitDir, heads)) if (!known.has(commit)) tips.set(ref.slice(heads.length), commit);
  for (const { path: directory, head } of linked)
    if (head !== null && !known.has(head)) tips.set(`the detached HEAD of ${directory}`, head);
  const own = tips.size === 0 ? null : await commitOf(headPlaceOf({ gitDir, adminDir }), 'HEAD', signal);
  const without = [...known, ...(own === null ? [] : [own])].map((commit) => `^${commit}\n`).join('');
  const found: string[] = [];
  const counts = new Map<string, number>();
  for (const [name, commit] of tips) {
    if (commit === own) continue;
    if (!counts.has(commit) && counts.size < maxCounted) {
      counts.set(
        commit,
        Number(await gitText(['rev-list', '--count', '--ignore-missing', '--stdin'], { gitDir, signal, input: `${commit}\n${without}` })),
      );
    }
    const count = counts.get(commit);
    if (count !== 0) found.push(count === undefined ? `perhaps on ${name}` : `${count} on ${name}`);
  }
  return found;
};

const holdsWork = async ({ adminDir, commonDir, path: workTree }: LinkedWorktree, signal?: AbortSignal): Promise<boolean> => {
  if (!(await isDirectory(workTree))) return false;
  const { stdout } = await git(['status', '--porcelain', '-z', '--ignore-submodules=dirty'], {
    gitDir: adminDir,
    commonDir,
    workTree,
    config: await withoutForeignFilters({ gitDir: adminDir, commonDir }, signal),
    signal,
  });
  return stdout.length > 0;
};

const isDirectoryField = (field: Buffer): boolean => field[field.length - 1] === 0x2f;

const sizeOf = async (file: Buffer): Promise<number> => {
  try {
    const found = await lstat(file);
    return found.isFile() ? found.size : 0;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
};

/** Of what git does not ignore: repositories inside, and files that are too large to be meant. */
const strangeFiles = async (worktree: Worktree, linked: readonly LinkedWorktree[], signal?: AbortSignal): Promise<Warning[]> => {
  const place = { ...placeOf(worktree), signal };
  const [untracked, committed] = await Promise.all([
    git(['ls-files', '--others', '--exclude-standard', '-z'], place),
    git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--diff-filter=AM', worktree.baseCommit, 'HEAD'], {
      ...place,
      answers: [128],
    }),
  ]);
  const root = await realpath(worktree.path);
  const own = new Set([path.join(root, makimaDirectory), ...linked.map((each) => each.path)]);
  const fields = splitNul(untracked.stdout);
  const nested = fields
    .filter(isDirectoryField)
    .map((field) => showPath(field.subarray(0, -1)))
    .filter((name) => !own.has(path.join(root, name)));
  const large: string[] = [];
  for (const file of [...fields.filter((field) => !isDirectoryField(field)), ...splitNul(committed.stdout)].slice(0, maxLooked)) {
    const size = await sizeOf(joinBytes(worktree.path, file));
    if (size > largeBytes) large.push(`${showPath(file)} (${Math.round(size / 1024 / 1024)} MiB)`);
  }
  return [
    ...(nested.length === 0
      ? []
      : [
          {
            code: 'NESTED_REPOSITORY',
            message: `Repositories of their own inside the worktree, of which the files are taken and the history is not: ${named(nested)}`,
          },
        ]),
    ...(large.length === 0
      ? []
      : [{ code: 'LARGE_FILES', message: `Files that are large for a repository and that git does not ignore: ${named(large)}` }]),
  ];
};
