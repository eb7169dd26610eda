import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { messageOf } from '../errors.ts';
import { isMissing } from '../files/failure.ts';
import { StartError } from './start-error.ts';

/** What `home.json` says: which home this is and where it stands, so that one that was moved or copied is known as that. */
const Identity = Type.Object({
  version: Type.Literal(1),
  /** Goes with the home wherever it is moved; a copy gets one of its own. */
  id: Type.String({ minLength: 1 }),
  /** With links resolved. */
  path: Type.String(),
  /** Every name of the home that a path in it may begin with: the path, what MAKIMA_HOME called it, and in the middle of a move the old ones. */
  names: Type.Array(Type.String()),
  /** A copy that is being made a home of its own. */
  isBeingAdopted: Type.Boolean(),
});
export type Identity = Omit<Static<typeof Identity>, 'version'>;

export const identityFile = (home: string): string => join(home, 'home.json');

export const identityText = (identity: Identity): string => `${JSON.stringify({ version: 1, ...identity }, null, 2)}\n`;

/**
 * @returns null where there is none; `damaged` where the file holds something else: it appears whole or not at all, so that
 *   was no crash of makima's
 * @throws StartError where a newer version wrote it or it cannot be read
 */
export const readIdentity = async (home: string): Promise<Identity | 'damaged' | null> => {
  const file = identityFile(home);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return null;
    if (error instanceof SyntaxError) return 'damaged';
    throw new StartError(`${file} cannot be read: ${messageOf(error)}. Make it readable for you.`, { cause: error });
  }
  if (Value.Check(Identity, content)) {
    const { version, ...identity } = content;
    return identity;
  }
  if (
    typeof content === 'object' &&
    content !== null &&
    'version' in content &&
    typeof content.version === 'number' &&
    content.version > 1
  ) {
    throw new StartError(
      `${file} was written by a newer version of makima. Install that version or a later one, or give another MAKIMA_HOME.`,
    );
  }
  return 'damaged';
};

/** What tells one directory from another, whatever they are called: a bind mount and a link lead to the same one. Null where there is none. */
const directoryOf = async (path: string): Promise<string | null> => {
  const found = await stat(path, { bigint: true }).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  return found?.isDirectory() === true ? `${found.dev}:${found.ino}` : null;
};

/**
 * Whether at a place where this home stood before there still is a home that may be it: the one that this is a copy of. One
 * that does not say which it is counts, and so does what cannot be looked at, such as another user's: its agents and
 * worktrees are what is at stake.
 */
export const isOriginal = async (place: string, home: string, id: string): Promise<boolean> => {
  try {
    const there = await directoryOf(place);
    if (there === null || there === (await directoryOf(home))) return false;
    const identity = await readIdentity(place);
    if (identity === null)
      return await stat(join(place, 'state.sqlite')).then(
        () => true,
        (error: unknown) => !isMissing(error),
      );
    return identity === 'damaged' || identity.id === id;
  } catch {
    // Whatever keeps us from looking, the user is asked to decide.
    return true;
  }
};
