import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, isMissing } from '../../../files/failure.ts';
import { realIfTold } from './steady.ts';

/**
 * Where the system and its package managers keep what they have installed. A link to it stays (a Python environment has one
 * to its interpreter): it holds nothing of anybody's. Not so where the copied directory itself is in there.
 */
const systemPlaces = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/etc',
  '/private/etc',
  '/proc',
  '/sys',
  '/nix/store',
  '/gnu/store',
  '/snap',
  '/opt/homebrew',
  '/System',
  '/Library',
];

/** A directory that is copied. Paths are bytes as latin1, since a name need not be valid UTF-8. */
export interface Place {
  /** As it was given, and with all links followed. */
  from: string;
  real: string;
  to: string;
  /** How many directories it is below the top of the copy. */
  depth: number;
}

export const latin1 = (bytes: Buffer): string => bytes.toString('latin1');
export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
/** With all links followed. */
export const real = async (file: Buffer): Promise<string> => latin1(await realpath(file, { encoding: 'buffer' }));

const belowPlace = (file: string, outer: string): string | null =>
  file === outer ? '' : file.startsWith(outer === '/' ? '/' : `${outer}/`) ? file.slice(outer.length) : null;

/**
 * Whether a link's text alone says that it stays inside: `../` at its beginning only, no more of them than there are
 * directories above it. What it then passes through are directories of the copy and links that follow this rule too.
 */
export const staysInside = (text: string, depth: number): boolean => {
  if (text.startsWith('/')) return false;
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  const up = parts.findIndex((part) => part !== '..');
  return up === -1 ? parts.length <= depth : up <= depth && !parts.includes('..', up);
};

export const slashes = (relative: Buffer): number => relative.filter((byte) => byte === 0x2f).length;

/** Where a path in the innermost place really is, as far as can be told. */
export const realOf = (places: readonly Place[], from: string): string | null => {
  const [place] = places;
  const inner = place === undefined ? null : belowPlace(from, place.from);
  return place === undefined || inner === null ? null : realIfTold(place.real + inner);
};

/** How many directories of the innermost place are above an entry. */
export const depthIn = (places: readonly Place[], relative: Buffer): number => slashes(relative) - (places[0]?.depth ?? 0);

/** An absolute link into a directory that is copied, as a relative one to the same place of the copy. */
export const inwardText = (places: readonly Place[], to: Buffer, text: string): Buffer | null => {
  if (!text.startsWith('/') || text.split('/').includes('..')) return null;
  const wanted = path.posix.join(text, '.').replace(/(?<=.)\/$/, '');
  for (const place of places) {
    const inner = belowPlace(wanted, place.from) ?? belowPlace(wanted, place.real);
    if (inner !== null) return bytesOf(path.posix.relative(path.posix.dirname(latin1(to)), place.to + inner) || '.');
  }
  return null;
};

/** Whether a copied directory, or a copy, lies in the target. */
export const isAbove = (target: string, places: readonly Place[]): boolean =>
  places.some((place) => belowPlace(place.real, target) !== null);

/** Whether the target is nobody's: what the system has installed, or nothing at all. */
export const isSystem = (target: string, places: readonly Place[]): boolean =>
  target === '/dev/null' || systemPlaces.some((system) => belowPlace(target, system) !== null && !isAbove(system, places));

/** With all links followed; null where that ends nowhere, or nobody may look. */
export const targetOf = async (link: Buffer): Promise<string | null> => {
  try {
    return await real(link);
  } catch (error) {
    if (isMissing(error) || ['ELOOP', 'EACCES', 'ENAMETOOLONG'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
};
