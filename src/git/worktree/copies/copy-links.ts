import { readlink } from 'node:fs/promises';
import { createTurns } from '../../../domain/turns.ts';
import { codeOf, isMissing } from '../../../files/failure.ts';
import { statOf } from '../../../files/look.ts';
import { showPath } from '../../command/index.ts';
import { committedAs } from './committed-links.ts';
import {
  bytesOf,
  depthIn,
  inwardText,
  isAbove,
  isSystem,
  latin1,
  real,
  slashes,
  staysInside,
  targetOf,
  type Place,
} from './link-places.ts';
import { measureTree, type Room } from './measure-tree.ts';
import type { CopyPath } from './step.ts';

/** What is brought over by one copy from a link that leads out; a link to more is left out. */
const maxEntries = 20_000;
const maxBytes = 1024 ** 3;
/** A link in what a link leads to, and so on. */
const maxNested = 8;
const slash = 0x2f;
/** The directory that is copied, and the copy itself. */
const ownPlaces = 2;

interface Shared {
  outward: 'copy' | 'leave out' | 'keep';
  committed: (() => Promise<ReadonlyMap<string, string>>) | undefined;
  room: Room;
  leftOut: Map<string, string>;
  broughtFrom: string[];
  /** Links that were made and stay inside. */
  inward: CopyPath[];
}

/** The links of one copy: the rule for them, and what became of them. */
export interface CopyLinks {
  /** The innermost first. */
  readonly places: readonly Place[];
  readonly shared: Shared;
}

/** What somebody should know, a link an entry. */
export interface LinkReport {
  leftOut: string[];
  broughtFrom: string[];
}

/** What a copy may be told of links, and tells. */
export interface LinkOptions {
  /** See `copyLinks`. */
  committed?: (() => Promise<ReadonlyMap<string, string>>) | undefined;
  told?: ((report: LinkReport) => void | Promise<void>) | undefined;
  signal?: AbortSignal | undefined;
}

export type LinkDecision = { make: Buffer } | { bring: Buffer; links: CopyLinks } | { leaveOut: string };

/**
 * The rule for links, which every copy follows (docs/copies.md): no link is made that leads out of the copy into what the
 * user or another task could lose.
 *
 * @param from - the worktree or checkout that is copied from
 * @param to - the worktree that is copied to
 * @param outward - of a link that leads out: `copy` brings what it leads to in its place, since its path was asked for;
 *   `leave out` is for a copy of everything, where nobody asked for it; `keep` for a copy that no agent gets
 * @param committed - the links in the commit that is checked out, by path: any checkout has them, so they stay
 */
export const copyLinks = async (
  from: string,
  to: string,
  outward: Shared['outward'],
  committed?: Shared['committed'],
): Promise<CopyLinks> => {
  const main = { from: latin1(Buffer.from(from)), real: await real(Buffer.from(from)), to: latin1(Buffer.from(to)), depth: 0 };
  const own = { ...main, from: main.to, real: await real(Buffer.from(to)) };
  return {
    places: [main, own],
    shared: {
      outward,
      committed,
      room: { entries: maxEntries, bytes: maxBytes, inTurn: createTurns() },
      leftOut: new Map(),
      broughtFrom: [],
      inward: [],
    },
  };
};

/**
 * @param from - the link
 * @param to - where it would be made
 * @param relative - its path in the copy
 * @returns null where it is no link any more
 */
export const decideLink = async (links: CopyLinks, from: Buffer, to: Buffer, relative: Buffer): Promise<LinkDecision | null> => {
  const text = await textOf(from);
  if (text === null) return null;
  const isInward = staysInside(latin1(text), depthIn(links.places, relative));
  const make = isInward ? text : inwardText(links.places, to, latin1(text));
  return make === null ? decideByTarget(links, from, to, relative, text) : makeInward(links, from, to, relative, make);
};

const textOf = async (link: Buffer): Promise<Buffer | null> => {
  try {
    return await readlink(link, { encoding: 'buffer' });
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'EINVAL') return null;
    throw error;
  }
};

/** A link was made that stays inside: by and by it is looked whether what it leads to was copied as well. */
export const noteInward = ({ shared }: CopyLinks, link: CopyPath): void => {
  if (shared.outward === 'copy') shared.inward.push(link);
};

const makeInward = (links: CopyLinks, from: Buffer, to: Buffer, relative: Buffer, make: Buffer): LinkDecision => {
  noteInward(links, { from: latin1(from), to: latin1(to), relative: latin1(relative) });
  return { make };
};

const decideByTarget = async (links: CopyLinks, from: Buffer, to: Buffer, relative: Buffer, text: Buffer): Promise<LinkDecision> => {
  // by its text, since something else can stand in its place by now
  const target = await targetOf(text[0] === slash ? text : Buffer.concat([from.subarray(0, from.lastIndexOf(slash) + 1), text]));
  const make = target === null ? null : inwardText(links.places, to, target);
  if (make !== null) return makeInward(links, from, to, relative, make);
  const { outward, committed } = links.shared;
  if (outward === 'keep') return { make: text };
  const isTop = links.places.every(({ depth }) => depth === 0);
  if (isTop && committed !== undefined && committedAs(await committed(), relative, text)) return { make: text };
  if (target === null) return leaveOut(links, relative, latin1(text), 'it leads to nothing that is there');
  if (isSystem(target, links.places)) return { make: bytesOf(target) };
  return outward === 'copy' ? bringTarget(links, target, to, relative) : leaveOut(links, relative, target, 'it leads out of the worktree');
};

const shown = (text: string): string => showPath(bytesOf(text));

const leaveOut = (links: CopyLinks, relative: Buffer, target: string, why: string): LinkDecision => {
  links.shared.leftOut.set(latin1(relative), `${showPath(relative)} → ${shown(target)} (${why})`);
  return { leaveOut: why };
};

/** What the target holds takes the link's place, where there is room for it and an end to it. */
const bringTarget = async (links: CopyLinks, target: string, to: Buffer, relative: Buffer): Promise<LinkDecision> => {
  if (links.places.length >= ownPlaces + maxNested)
    return leaveOut(links, relative, target, `it is in what a link leads to, ${maxNested} of them one in the other`);
  if (isAbove(target, links.places)) return leaveOut(links, relative, target, 'it leads to a directory that holds the copy itself');
  const found = await statOf(bytesOf(target));
  if (found === null) return leaveOut(links, relative, target, 'it leads to nothing that is there');
  if (!found.isFile() && !found.isDirectory()) return leaveOut(links, relative, target, 'it leads to no file and no directory');
  const why = await measureTree(bytesOf(target), links.shared.room);
  if (why !== null) return leaveOut(links, relative, target, why);
  links.shared.broughtFrom.push(`${showPath(relative)} → ${shown(target)}`);
  const place = { from: target, real: target, to: latin1(to), depth: slashes(relative) + 1 };
  return { bring: bytesOf(target), links: { ...links, places: [place, ...links.places] } };
};

/**
 * A link that stays inside may lead to what was not copied. Then what it leads to is brought in its place as well.
 * @param bring - removes the link and copies
 */
export const settleLinks = async (
  links: CopyLinks,
  bring: (decision: { bring: Buffer; links: CopyLinks }, link: { to: Buffer; relative: Buffer }) => Promise<void>,
): Promise<void> => {
  // what is brought may have links of its own, which come to the end of the list
  for (const link of links.shared.inward) {
    const to = bytesOf(link.to);
    if ((await targetOf(to)) !== null) continue;
    const target = await targetOf(bytesOf(link.from));
    if (target === null) continue;
    const relative = bytesOf(link.relative);
    const decision = await bringTarget(links, target, to, relative);
    if ('bring' in decision) await bring(decision, { to, relative });
  }
};

export const noteLeftOut = ({ shared }: CopyLinks, relative: Buffer, why: string): void =>
  void shared.leftOut.set(latin1(relative), `${showPath(relative)} (${why})`);

export const isLeftOut = ({ shared }: CopyLinks, relative: Buffer): boolean => shared.leftOut.has(latin1(relative));

export const reportLinks = ({ shared: { leftOut, broughtFrom } }: CopyLinks): LinkReport => ({
  leftOut: [...leftOut.values()],
  broughtFrom,
});
