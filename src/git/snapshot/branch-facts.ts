import path from 'node:path';
import { isDirectory } from '../../files/look.ts';
import { commitOf } from '../command/index.ts';
import type { Worktree } from '../worktree/index.ts';
import { aheadKnown, countAhead } from './ahead.ts';
import { commitsOf } from './commit-facts.ts';
import { headOf } from './head.ts';

/** Where a branch stands. */
export interface BranchFacts {
  ahead: number;
  lastCommit: string | null;
  lastCommitMessage: string | null;
}

/** What branches are counted against: the parent's HEAD, and the git directory that has it. */
export interface Against {
  commit: string;
  gitDir: string;
}

/**
 * Where the branches of subtasks stand, in their order.
 * @param against - each subtask's own base commit where null
 */
export const branchFacts = async (worktrees: readonly Worktree[], against: Against | null): Promise<BranchFacts[]> => {
  const heads = await Promise.all(worktrees.map(tipOf));
  await knowBranches(worktrees, heads, against);
  return Promise.all(worktrees.map((worktree, position) => factsOf(worktree, heads[position] ?? null, against)));
};

/** HEAD, as long as there is one: the agent may have switched to another branch or detached it. */
const tipOf = async (worktree: Worktree): Promise<string | null> =>
  (await isDirectory(worktree.adminDir)) ? headOf(worktree) : commitOf(worktree.gitDir, `refs/heads/${worktree.branch}`);

/** Two commands for all of them; where that fails for one, each is asked about by itself. */
const knowBranches = async (worktrees: readonly Worktree[], heads: readonly (string | null)[], against: Against | null): Promise<void> => {
  const lenders: string[] = [];
  for (const { gitDir } of worktrees) if (await isDirectory(path.join(gitDir, 'objects'))) lenders.push(gitDir);
  const tips = heads.filter((head) => head !== null);
  try {
    const there = await commitsOf(lenders, tips);
    if (against !== null) await countAhead(against.gitDir, lenders, [...there.keys()], against.commit);
  } catch {
    // what stands in the way is told of the one that it is of
  }
};

const factsOf = async (worktree: Worktree, head: string | null, against: Against | null): Promise<BranchFacts> => {
  const { gitDir } = worktree;
  const facts = head === null ? undefined : (await commitsOf([gitDir], [head])).get(head);
  if (head === null || facts === undefined) return { ahead: 0, lastCommit: null, lastCommitMessage: null };
  const { commit, gitDir: counted } = against ?? { commit: worktree.baseCommit, gitDir };
  await countAhead(counted, [gitDir], [head], commit);
  return { ahead: aheadKnown(counted, head, commit) ?? 0, lastCommit: head, lastCommitMessage: facts.subject };
};
