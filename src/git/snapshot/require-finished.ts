import { nameSome } from '../../domain/names/name-some.ts';
import { quoteName } from '../../domain/names/quote-name.ts';
import { MakimaError } from '../../errors.ts';
import { git } from '../command/index.ts';
import { capitalized, operationUnderWay } from '../repository/index.ts';
import { requireWorktree, type Worktree } from '../worktree/index.ts';
import { hasUnmerged } from './unmerged.ts';

const maxNamed = 10;
/** Files in which markers are looked for; one is enough to refuse. */
const maxLooked = 50;

/**
 * Holds a worktree to being finished before its work is brought out: no merge, rebase, cherry-pick or bisect in the middle, and
 * no path that git has unmerged. Such work is half of what the agent meant, with conflict markers in it.
 *
 * @throws MakimaError WORK_UNFINISHED, WORKTREE_NOT_FOUND
 */
export const requireFinished = async (worktree: Worktree, signal?: AbortSignal): Promise<void> => {
  await requireWorktree(worktree);
  const operation = await operationUnderWay(worktree.adminDir);
  if (operation !== null)
    throw new MakimaError('WORK_UNFINISHED', `${capitalized(operation)} was begun in ${worktree.path} and is not finished`);
  if (await hasUnmerged(worktree, signal)) throw new MakimaError('WORK_UNFINISHED', `There are unresolved conflicts in ${worktree.path}`);
};

const newline = 0x0a;
/** The lines that git leaves around the two sides of a conflict, in their order; a line of seven equals signs alone is a heading in many a text. */
const markers: readonly RegExp[] = [/^<{7} /, /^={7}\r?$/, /^>{7} /];

/** Whether a file has a conflict in it as git leaves one. Each line is looked at once: an agent's file may be nothing but markers. */
const hasConflict = (content: Buffer): boolean => {
  let met = 0;
  for (let start = 0; start < content.length && met < markers.length;) {
    const next = content.indexOf(newline, start);
    const end = next === -1 ? content.length : next;
    // no marker that counts needs more of its line
    if (markers[met]?.test(content.toString('latin1', start, Math.min(end, start + 9))) === true) met += 1;
    start = end + 1;
  }
  return met === markers.length;
};

/**
 * Holds a commit to have no conflict that was committed as it stood: a file with git's markers that the base has not.
 *
 * @param gitDir - that has both
 * @param base - the commit that its changes are measured against
 * @throws MakimaError WORK_UNFINISHED, with `files`
 */
export const requireNoMarkers = async (gitDir: string, base: string, commit: string, signal?: AbortSignal): Promise<void> => {
  // of what --check finds, whitespace apart, only markers are left; 2: it has found something
  const { stdout } = await git(['diff-tree', '-r', '--check', '--no-renames', '--no-ext-diff', '--no-textconv', base, commit], {
    gitDir,
    signal,
    config: [['core.whitespace', '-trailing-space,-space-before-tab,-blank-at-eof']],
    answers: [2],
  });
  const suspicious = new Set([...stdout.toString('utf8').matchAll(/^(.+):\d+: leftover conflict marker/gm)].map(([, file = '']) => file));
  const files: string[] = [];
  for (const file of [...suspicious].slice(0, maxLooked)) {
    const blob = await git(['cat-file', 'blob', `${commit}:${file}`], { gitDir, signal, answers: [128] });
    if (blob.exitCode === 0 && hasConflict(blob.stdout)) files.push(file);
  }
  if (files.length === 0) return;
  throw new MakimaError('WORK_UNFINISHED', `Conflict markers of a merge are left in ${nameSome(files.map(quoteName), maxNamed)}`, {
    details: { files },
  });
};
