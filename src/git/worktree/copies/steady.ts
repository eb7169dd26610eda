import { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { codeOf, isMissing } from '../../../files/failure.ts';

/** A file or directory that stays the same one while it is copied, whatever an agent puts at its path meanwhile. */
export interface Steady {
  /** Leads to it; of a directory, `path/name` leads to what is in it. */
  path: Buffer;
  stat: Stats;
  close: () => void;
}

export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const descriptors = '/proc/self/fd';
const hasDescriptors = process.platform === 'linux' && existsSync(descriptors);

/** A pipe in the place of a file would hold up whoever opens it. */
const look = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a file or directory, no link and no pipe. On Linux by a descriptor, so that a link which takes its place later leads
 * nobody astray; elsewhere it is looked at alone.
 *
 * @param file - a path, bytes as latin1
 * @param real - the path with all links followed, where directories above may have been replaced; null where they are held
 * @returns null where nothing of the kind is there, or it is elsewhere than it was said to be
 */
export const holdSteady = (file: string, real: string | null): Steady | null => {
  try {
    return hasDescriptors ? byDescriptor(file, real) : byPath(file, real);
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'ELOOP' || codeOf(error) === 'ENXIO') return null;
    throw error;
  }
};

const byDescriptor = (file: string, real: string | null): Steady | null => {
  const descriptor = openSync(bytes(file), look);
  const close = (): void => closeSync(descriptor);
  try {
    const held = Buffer.from(`${descriptors}/${descriptor}`);
    const stat = fstatSync(descriptor);
    const isIt = (stat.isFile() || stat.isDirectory()) && (real === null || readlinkSync(held, { encoding: 'latin1' }) === real);
    if (isIt) return { path: held, stat, close };
  } catch (error) {
    close();
    throw error;
  }
  close();
  return null;
};

const byPath = (file: string, real: string | null): Steady | null => {
  const path = bytes(file);
  const stat = lstatSync(path);
  if (!stat.isFile() && !stat.isDirectory()) return null;
  if (real !== null && realpathSync(path, { encoding: 'buffer' }).toString('latin1') !== real) return null;
  return { path, stat, close: () => undefined };
};

/**
 * A path with all links followed, where this system says of a descriptor too where it leads: in some containers it does not, and
 * then nothing can be told by that.
 */
export const realIfTold = (real: string): string | null => {
  tellsPlaces ??= asksOfNode();
  return tellsPlaces ? real : null;
};

let tellsPlaces: boolean | undefined;
const asksOfNode = (): boolean => {
  const place = realpathSync(process.execPath, { encoding: 'buffer' }).toString('latin1');
  const held = holdSteady(place, place);
  held?.close();
  return held !== null;
};
