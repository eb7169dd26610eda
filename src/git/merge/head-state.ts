import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readPlainText } from '../../files/rewrite-file.ts';
import { git, whileLocked } from '../command/index.ts';
import type { Worktree } from '../worktree/index.ts';
import type { MergeRecord } from './record.ts';

/** Moves HEAD, and the branch that it names, where it is still what it was. */
export const moveHead = async (worktree: Worktree, from: string, to: string, why: string): Promise<void> => {
  if (from === to) return;
  const place = { gitDir: worktree.adminDir, commonDir: worktree.gitDir };
  await whileLocked(() => git(['update-ref', '-m', why, 'HEAD', to, from], place));
};

const stateFiles = ['MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE', 'AUTO_MERGE'];

/** So that `git status` of the agent shows the merge, and its `git commit` would conclude it. */
export const writeMergeState = async (into: Worktree, record: MergeRecord): Promise<void> => {
  await writeFile(path.join(into.adminDir, 'MERGE_MSG'), `${record.message}\n`);
  await writeFile(path.join(into.adminDir, 'MERGE_MODE'), 'no-ff');
  await writeFile(path.join(into.adminDir, 'MERGE_HEAD'), `${record.source}\n`);
};

/** What git itself takes to be merged into the worktree, null where it is in the middle of no merge. */
export const mergeHead = async (into: Worktree): Promise<string | null> => {
  const text = await readPlainText(path.join(into.adminDir, 'MERGE_HEAD'));
  return text === null ? null : text.trim();
};

export const clearMergeState = async (into: Worktree): Promise<void> => {
  for (const name of stateFiles) await rm(path.join(into.adminDir, name), { force: true });
};
