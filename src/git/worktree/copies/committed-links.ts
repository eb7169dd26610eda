import { createHash } from 'node:crypto';
import { git, splitNul } from '../../command/index.ts';
import { placeOf, type Worktree } from '../worktree.ts';

/** The links in a worktree's HEAD, as the ids of their blobs by path (bytes as latin1). One git process, at the first call. */
export const committedLinks = (worktree: Worktree, signal?: AbortSignal): (() => Promise<ReadonlyMap<string, string>>) => {
  let listed: Promise<ReadonlyMap<string, string>> | undefined;
  return () => (listed ??= list(worktree, signal));
};

const list = async (worktree: Worktree, signal?: AbortSignal): Promise<ReadonlyMap<string, string>> => {
  const { stdout } = await git(['ls-tree', '-r', '-z', '--full-tree', 'HEAD'], { ...placeOf(worktree), signal, answers: [128] });
  const links = new Map<string, string>();
  for (const field of splitNul(stdout)) {
    const [, id, file] = /^120000 blob ([0-9a-f]+)\t(.*)$/s.exec(field.toString('latin1')) ?? [];
    if (id !== undefined && file !== undefined) links.set(file, id);
  }
  return links;
};

/** Whether the commit has a link of this text at this path. */
export const committedAs = (links: ReadonlyMap<string, string>, relative: Buffer, text: Buffer): boolean => {
  const id = links.get(relative.toString('latin1'));
  if (id === undefined) return false;
  return (
    createHash(id.length === 64 ? 'sha256' : 'sha1')
      .update(`blob ${text.length}\0`)
      .update(text)
      .digest('hex') === id
  );
};
