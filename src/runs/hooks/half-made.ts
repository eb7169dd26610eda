import { mkdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { relocatedRecord, type Relocation } from '../../domain/relocation.ts';
import { codeOf } from '../../files/failure.ts';
import { storeDurably } from '../../files/store-durably.ts';
import { clearShared, clearUnused } from '../../git/worktree/index.ts';

/** Where a start makes its worktree and the repository of it, noted before anything of them is there. */
const HalfMade = Type.Object({ version: Type.Literal(2), gitDir: Type.String(), path: Type.String() });
type HalfMade = Static<typeof HalfMade>;

/** A note of makima 0.1, whose worktrees were made in a repository that other tasks share: that one stays. */
const Shared = Type.Object({ gitDir: Type.String(), path: Type.String(), branch: Type.String() }, { additionalProperties: false });

const noteIn = (runDirectory: string): string => join(runDirectory, 'worktree.json');

/** Notes what is about to be made, so that whoever finds the run after a crash can take it back. */
export const noteHalfMade = async (runDirectory: string, place: Omit<HalfMade, 'version'>): Promise<void> => {
  mkdirSync(runDirectory, { recursive: true, mode: 0o700 });
  await storeDurably(noteIn(runDirectory), JSON.stringify({ version: 2, ...place }));
};

const readNote = async (runDirectory: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(noteIn(runDirectory), 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
};

/** Takes back what a start made of its worktree; nothing where it had not come so far. Can be repeated. */
export const undoHalfMade = async (runDirectory: string): Promise<void> => {
  const place = await readNote(runDirectory);
  if (place === null) return;
  if (Value.Check(Shared, place)) await clearShared(place);
  else await clearUnused(Value.Parse(HalfMade, place));
};

/** The notes of a home that was moved. Can be repeated. */
export const relocateHalfMade = async (runsDirectory: string, relocation: Relocation): Promise<void> => {
  const names = await readdir(runsDirectory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    const place = await readNote(join(runsDirectory, name));
    if (place !== null) await storeDurably(noteIn(join(runsDirectory, name)), JSON.stringify(relocatedRecord(relocation, place)));
  }
};
