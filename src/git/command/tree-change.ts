/** A file that differs between two trees. */
export interface TreeChange {
  path: Buffer;
  /** In the first tree, null where it is not there. */
  before: { mode: string; id: string } | null;
  /** In the second. */
  after: { mode: string; id: string } | null;
}

/** A path as a key of sets and maps. */
export const keyOf = (path: Buffer): string => path.toString('latin1');
