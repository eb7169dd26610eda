import { Failure } from './failure.ts';

/** A whole id. */
export const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The id that somebody means by it or by a unique start of it. A whole one is taken as it is: the daemon says whether there is such.
 * @param read - gets those that there are
 * @param what - it is called in messages
 * @param code - where there is none
 * @throws Failure
 */
export const findId = async (
  typed: string,
  read: () => Promise<readonly { id: string }[]>,
  { what, code }: { what: string; code: string },
): Promise<string> => {
  if (uuid.test(typed)) return typed.toLowerCase();
  const found = typed === '' ? [] : (await read()).filter(({ id }) => id.startsWith(typed.toLowerCase()));
  const [first, ...others] = found;
  if (first === undefined) throw new Failure(`There is no ${what} whose id begins with ${JSON.stringify(typed)}.`, { code });
  if (others.length > 0) throw new Failure(`${JSON.stringify(typed)} could be ${found.length} of them: give more of the id.`);
  return first.id;
};
