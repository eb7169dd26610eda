import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { clearUnused } from '../../git/add-worktree.ts';
import { codeOf, storeDurably } from '../process/store-durably.ts';

/** Where a start makes its worktree, noted before anything of it is there. */
const HalfMade = Type.Object({ gitDir: Type.String(), path: Type.String(), branch: Type.String() });
type HalfMade = Static<typeof HalfMade>;

const noteIn = (runDirectory: string): string => join(runDirectory, 'worktree.json');

/** Notes what is about to be made, so that whoever finds the run after a crash can take it back. */
export const noteHalfMade = async (runDirectory: string, place: HalfMade): Promise<void> => {
  await mkdir(runDirectory, { recursive: true, mode: 0o700 });
  await storeDurably(noteIn(runDirectory), JSON.stringify(place));
};

/** Takes back what a start made of its worktree; nothing where it had not come so far. Can be repeated. */
export const undoHalfMade = async (runDirectory: string): Promise<void> => {
  let text: string;
  try {
    text = await readFile(noteIn(runDirectory), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const place: unknown = JSON.parse(text);
  Value.Assert(HalfMade, place);
  await clearUnused(place.gitDir, place);
};
