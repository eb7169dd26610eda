import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { relocated, type Relocation } from '../domain/relocation.ts';
import { storeDurably } from '../files/store-durably.ts';
import type { Places } from '../git/repository/index.ts';
import { allTaskCards } from '../git/worktree/index.ts';
import { identityFile, identityText, isOriginal, readIdentity, type Identity } from '../home/identity.ts';
import { StartError } from '../home/start-error.ts';
import { readHomeEvidence } from '../store/home-evidence.ts';

/** Which home this is, and what is still to be done to what is in it. */
export interface Place {
  id: string;
  /** null where it stands where it stood. */
  relocation: Relocation | null;
  /** What `home.json` says when that is done. */
  settled: Identity;
  /** What the user should know, a sentence each. */
  notices: string[];
}

export const storeIdentity = (home: string, identity: Identity): Promise<void> => storeDurably(identityFile(home), identityText(identity));

/** Below it are the git directories: `<home>/repositories/<name>.git`; a run is `<home>/runs/<id>`. */
const homeOf = (path: string): string => dirname(dirname(path));

/** A home of an earlier version, or one that lost its `home.json`: the paths in it tell where it stood. */
const identityByEvidence = async (home: string, path: string, places: Places): Promise<Identity> => {
  const evidence = readHomeEvidence(join(home, 'state.sqlite'));
  const cards = [...(await allTaskCards(places)), ...(await allTaskCards({ ...places, repositories: places.kept }))];
  const names = [...new Set([...evidence.paths, ...cards.map(({ worktree }) => worktree.gitDir)].map(homeOf))];
  const here = new Set([home, path]);
  return { id: evidence.daemonId ?? randomUUID(), path: names.find((name) => !here.has(name)) ?? path, names, isBeingAdopted: false };
};

const findOriginal = async (places: readonly string[], path: string, id: string): Promise<string | null> => {
  for (const place of places) if (await isOriginal(place, path, id)) return place;
  return null;
};

const refuseCopy = (home: string, original: string): StartError =>
  new StartError(
    `MAKIMA_HOME ${home} is a copy: the home that it says it is still stands at ${original}. The worktrees and agents that it knows are that one's. ` +
      `Use the original (MAKIMA_HOME=${original}); or start once with --adopt (makima serve --adopt, or npm start -- --adopt in a clone), which makes this copy a home of its own and leaves the original alone; or remove the original, and this one takes its place.`,
  );

/**
 * Finds out whether a home stands where it stood, was moved, or is a copy of one that is still there, and notes what is
 * begun. Before anything of it is opened. Can be repeated.
 * @param home - as MAKIMA_HOME calls it; it exists, and this is the only daemon on it
 * @param places - where git data is, and worktrees are made
 * @param adopt - a copy is to become a home of its own
 * @throws StartError where it is a copy, or where it has to do with its old place still
 */
export const findPlace = async (home: string, places: Places, adopt: boolean): Promise<Place> => {
  const path = await realpath(home);
  const read = await readIdentity(home);
  const known = read === 'damaged' || read === null ? await identityByEvidence(home, path, places) : read;
  const original = known.path === path ? null : await findOriginal([known.path, ...known.names], path, known.id);
  if (original !== null && !adopt) throw refuseCopy(home, original);
  const names = [...new Set([home, path])];
  const from = known.names.filter((name) => !names.includes(name));
  const isCopy = original !== null || known.isBeingAdopted;
  const id = original === null ? known.id : randomUUID();
  const settled: Identity = { id, path, names, isBeingAdopted: false };
  const notices = [
    ...(read === 'damaged'
      ? [`${identityFile(home)} was damaged and was written anew: what is in the home tells that it is no copy.`]
      : []),
    ...(adopt && !isCopy ? ['There was nothing to adopt: this home is no copy. It was started as it is.'] : []),
  ];
  if (from.length === 0 && !isCopy) {
    if (read === null || read === 'damaged' || names.length !== known.names.length) await storeIdentity(home, settled);
    return { id, relocation: null, settled, notices };
  }
  if (relocated({ from, to: home }, places.worktrees) !== places.worktrees) {
    throw new StartError(
      `MAKIMA_WORKTREE_DIR is ${places.worktrees}, where this home stood before ${isCopy ? 'it was copied' : 'it was moved'} to ${home}. Set it to another directory, or leave it out.`,
    );
  }
  await storeIdentity(home, { id, path, names: [...from, ...names], isBeingAdopted: isCopy });
  const was = from.join(', ') || known.path;
  notices.push(
    isCopy
      ? `This home was a copy of ${was} and is one of its own now: what ran there goes on there, and here it is failed or interrupted.`
      : `The home was moved from ${was} to ${home}: every path in it was changed.`,
  );
  return { id, relocation: { from, to: home, isCopy }, settled, notices };
};
