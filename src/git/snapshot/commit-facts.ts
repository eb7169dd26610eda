import { Remembered } from '../../domain/remembered.ts';
import { git, objectDirectories, readObject } from '../command/index.ts';
import { borrowing } from '../repository/index.ts';

/** What a commit says of itself. */
export interface CommitFacts {
  tree: string;
  /** The first paragraph of its message, on one line. */
  subject: string;
}

const known = new Remembered<CommitFacts>(5000);

/** A commit is what its name says, whatever an agent has put in its place. */
export const asWritten: Readonly<Record<string, string>> = { GIT_NO_REPLACE_OBJECTS: '1', GIT_GRAFT_FILE: '/dev/null' };

/**
 * What commits say of themselves; one command for all that are not known yet.
 * @param gitDirs - repositories of which one has it
 * @returns without those that are not there
 */
export const commitsOf = async (
  gitDirs: readonly string[],
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, CommitFacts>> => {
  const [first, ...others] = [...new Set(gitDirs)];
  const unknown = [...new Set(ids)].filter((id) => known.get(id) === undefined && !isAtHand([...new Set(gitDirs)], id));
  if (first !== undefined && unknown.length > 0) {
    const env = { ...asWritten, ...(others.length > 0 && borrowing(others)) };
    const input = unknown.map((id) => `${id}\n`).join('');
    const { stdout } = await git(['cat-file', '--batch'], { gitDir: first, env, input, signal });
    for (const [id, content] of commitsIn(stdout)) known.set(id, factsOf(content));
  }
  return new Map(
    ids.flatMap((id) => {
      const facts = known.get(id);
      return facts === undefined ? [] : [[id, facts] as const];
    }),
  );
};

/** Reads what a commit says of itself where it has a file of its own. */
const isAtHand = (gitDirs: readonly string[], id: string): boolean => {
  for (const gitDir of gitDirs) {
    const found = readObject(objectDirectories(gitDir), id);
    if (found?.kind !== 'commit') continue;
    known.set(id, factsOf(found.content));
    return true;
  }
  return false;
};

/** Of the answers of `git cat-file --batch`, those that are commits. */
const commitsIn = (stdout: Buffer): [id: string, content: Buffer][] => {
  const found: [string, Buffer][] = [];
  for (let at = 0; at < stdout.length;) {
    const end = stdout.indexOf(0x0a, at);
    if (end === -1) break;
    const [id = '', kind, size] = stdout.toString('latin1', at, end).split(' ');
    at = end + 1;
    if (kind === 'missing' || size === undefined) continue;
    if (kind === 'commit') found.push([id, stdout.subarray(at, at + Number(size))]);
    at += Number(size) + 1;
  }
  return found;
};

const factsOf = (content: Buffer): CommitFacts => {
  const end = content.indexOf('\n\n');
  const header = content.toString('latin1', 0, end === -1 ? content.length : end);
  const message = end === -1 ? '' : decoded(content.subarray(end + 2), /^encoding (.+)$/m.exec(header)?.[1]);
  const [subject = ''] = message.replace(/^(?:[^\S\n]*\n)+/, '').split(/\n[^\S\n]*(?:\n|$)/);
  return {
    tree: /^tree ([0-9a-f]+)$/m.exec(header)?.[1] ?? '',
    subject: subject
      .split('\n')
      .map((line) => line.trimEnd())
      .join(' ')
      .trimEnd(),
  };
};

/** In the encoding that the commit names; one that nobody knows is taken for the usual one. */
const decoded = (bytes: Buffer, encoding = 'utf-8'): string => {
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
};
