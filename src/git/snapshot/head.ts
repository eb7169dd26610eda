import path from 'node:path';
import { readPlainText } from '../../files/rewrite-file.ts';
import { commitOf } from '../command/index.ts';
import { headPlaceOf, type Worktree } from '../worktree/index.ts';

const isId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/** The commit that a worktree's HEAD names, null where there is none; read off its files, and asked of git where they say something unusual. */
export const headOf = async (worktree: Worktree, signal?: AbortSignal): Promise<string | null> => {
  const head = (await readPlainText(path.join(worktree.adminDir, 'HEAD')))?.trim() ?? '';
  const branch = /^ref: (refs\/heads\/.+)$/.exec(head)?.[1];
  const named = branch === undefined || branch.split('/').includes('..') ? head : await branchIn(worktree.gitDir, branch);
  return isId(named) ? named : commitOf(headPlaceOf(worktree), 'HEAD', signal);
};

/** What a branch's own file says, or the one of all that were packed. */
const branchIn = async (gitDir: string, ref: string): Promise<string> => {
  const loose = await readPlainText(path.join(gitDir, ref));
  if (loose !== null) return loose.trim();
  const packed = (await readPlainText(path.join(gitDir, 'packed-refs'))) ?? '';
  const end = packed.indexOf(` ${ref}\n`);
  return end === -1 ? '' : packed.slice(packed.lastIndexOf('\n', end) + 1, end);
};
