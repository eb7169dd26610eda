import { git, type GitPlace, splitNul } from '../../command/index.ts';

/** What a worktree has otherwise than its index. */
export interface ChangedPaths {
  /** Names as bytes: tracked ones that have changed, and what git neither tracks nor ignores. */
  present: Buffer[];
  /** Tracked ones that are gone. */
  gone: Buffer[];
  /** A directory among them is a repository of its own. */
  hasNested: boolean;
}

/**
 * One look of git at every file of a worktree.
 * @param place - with a copy of the worktree's index, which is brought up to date
 */
export const changedPaths = async (
  place: GitPlace & { config: [string, string][]; signal?: AbortSignal | undefined },
): Promise<ChangedPaths> => {
  const args = ['status', '--porcelain=v2', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=all'];
  // split, the copy would leave half of itself beside the worktree's own index
  const config: [string, string][] = [...place.config, ['core.splitIndex', 'false']];
  const { stdout } = await git(args, { ...place, config, env: { GIT_OPTIONAL_LOCKS: '1' } });
  return parseStatus(stdout);
};

/** Reads what `git status --porcelain=v2 -z` prints (git-status(1)): a letter, fields, and the name to the NUL. */
export const parseStatus = (stdout: Buffer): ChangedPaths => {
  const found: ChangedPaths = { present: [], gone: [], hasNested: false };
  for (const record of splitNul(stdout)) {
    const kind = record.toString('latin1', 0, 1);
    if (kind === '?') {
      const name = record.subarray(2);
      if (name[name.length - 1] === 0x2f) found.hasNested = true;
      found.present.push(name);
    } else if (kind === '1') {
      // 1 XY sub mH mI mW hH hI path
      const inWorktree = record.toString('latin1', 3, 4);
      const name = afterFields(record, 8);
      if (inWorktree === 'D') found.gone.push(name);
      else if (inWorktree !== '.') found.present.push(name);
    } else if (kind === 'u') {
      found.present.push(afterFields(record, 10));
    }
  }
  return found;
};

const afterFields = (record: Buffer, fields: number): Buffer => {
  let at = 0;
  for (let left = fields; left > 0; left -= 1) at = record.indexOf(0x20, at) + 1;
  return record.subarray(at);
};
