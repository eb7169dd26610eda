import { git, readShownPath } from '../command/index.ts';
import type { Worktree } from '../worktree/index.ts';

/** A larger file is not read, nor more of all files together: who asks wants some lines of each. */
const maxFileBytes = 2 * 1024 * 1024;
const maxBytes = 32 * 1024 * 1024;

/** A file of a tree. `content` is null where it is too large to be read. */
export interface FileAt {
  /** The commit or tree that it was found in. */
  tree: string;
  content: Buffer | null;
}

interface Found {
  id: string;
  size: number;
}

/**
 * What git answers for each of the names, in their order: an id, a kind and a size, or the name with what is wrong with it. Since a name may hold
 * any byte, it is held against the names that were asked for.
 */
const answersFor = (names: readonly Buffer[], output: Buffer): (Found | null)[] => {
  let at = 0;
  return names.map((name) => {
    const end = output.subarray(at, at + name.length).equals(name) ? output.indexOf(0x0a, at + name.length) : output.indexOf(0x0a, at);
    const line = output.toString('latin1', at, end);
    at = end + 1;
    const [, id, size] = /^([0-9a-f]{40,64}) blob (\d+)$/.exec(line) ?? [];
    return id === undefined ? null : { id, size: Number(size) };
  });
};

/** Looks names such as `<tree>:<path>` up. */
const lookUp = async (gitDir: string, names: readonly Buffer[], signal?: AbortSignal): Promise<(Found | null)[]> => {
  if (names.length === 0) return [];
  const input = Buffer.concat(names.flatMap((name) => [name, Buffer.from('\0')]));
  const { stdout } = await git(['cat-file', '-z', '--batch-check=%(objectname) %(objecttype) %(objectsize)'], { gitDir, input, signal });
  return answersFor(names, stdout);
};

/** Reads blobs that are there. */
const readBlobs = async (gitDir: string, ids: readonly string[], signal?: AbortSignal): Promise<Map<string, Buffer>> => {
  const blobs = new Map<string, Buffer>();
  if (ids.length === 0) return blobs;
  const { stdout } = await git(['cat-file', '--batch'], { gitDir, input: ids.map((id) => `${id}\n`).join(''), signal });
  for (let at = 0; at < stdout.length;) {
    const end = stdout.indexOf(0x0a, at);
    const [, id, size] = /^([0-9a-f]{40,64}) blob (\d+)$/.exec(stdout.toString('latin1', at, end)) ?? [];
    if (id === undefined) break;
    const begin = end + 1;
    blobs.set(id, stdout.subarray(begin, begin + Number(size)));
    at = begin + Number(size) + 1;
  }
  return blobs;
};

/**
 * Reads files as they are in commits or trees of a worktree's repository: of a link the path that it leads to, never what is there. Two
 * processes, however many they are.
 *
 * @param wanted - `trees` are looked at in their order; `path` is relative and normal, or quoted as `showPath` does it
 * @returns one for each, null where none of its trees has a file of that name
 * @throws MakimaError GIT_FAILED
 */
export const contentsAt = async (
  { gitDir }: Pick<Worktree, 'gitDir'>,
  wanted: readonly { path: string; trees: readonly string[] }[],
  signal?: AbortSignal,
): Promise<(FileAt | null)[]> => {
  const places = wanted.map(({ path, trees }) =>
    trees.flatMap((tree) => readShownPath(path).map((bytes) => ({ tree, name: Buffer.concat([Buffer.from(`${tree}:`), bytes]) }))),
  );
  const all = places.flat();
  const names = new Map(all.map(({ name }) => [name.toString('latin1'), name]));
  const answers = await lookUp(gitDir, [...names.values()], signal);
  const known = new Map([...names.keys()].map((key, position) => [key, answers[position] ?? null]));
  const found = places.map((each) => {
    const place = each.find(({ name }) => known.get(name.toString('latin1')) != null);
    const blob = place && known.get(place.name.toString('latin1'));
    return place && blob ? { tree: place.tree, ...blob } : null;
  });
  let left = maxBytes;
  const toRead = new Set<string>();
  for (const blob of found) {
    if (blob === null || toRead.has(blob.id) || blob.size > Math.min(maxFileBytes, left)) continue;
    toRead.add(blob.id);
    left -= blob.size;
  }
  const blobs = await readBlobs(gitDir, [...toRead], signal);
  return found.map((blob) => blob && { tree: blob.tree, content: blobs.get(blob.id) ?? null });
};
