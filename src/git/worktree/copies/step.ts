/** What a piece of a copy is asked and answers, between threads too. All paths are bytes as latin1, since a name need not be valid UTF-8. */

/** A name that is left out, with everything below it. */
export interface Skipped {
  name: string;
  at: 'top' | 'anywhere';
  inAnyCase?: boolean;
}

/** What holds for all of a copy. */
export interface CopyRules {
  /** What to do where something stands at the target already. Directories are merged in any case. */
  existing: 'replace' | 'keep';
  skip: readonly Skipped[];
  /** As `Place` has it, of the innermost place that is copied. */
  depth: number;
  /** Of which files and links that were copied the paths are told. */
  told: 'all' | '.git';
}

export interface CopyPath {
  from: string;
  to: string;
  /** In the copy. */
  relative: string;
}

/** A file or directory that is to be copied. */
export interface Entry extends CopyPath {
  isDirectory: boolean;
  /** `from` with all links followed, as it is to be; null where that cannot be told. */
  real: string | null;
  /** A file: nothing stands at `to`. A directory: it was made by this copy, and gets its modes and times when all is in it. */
  isNew: boolean;
  /** Of a directory, what of it is to be copied; everything where there are none. */
  names?: readonly string[];
  /** Of a directory that was copied in part. */
  hasLinks?: boolean;
}

/** A directory in which links are still to be made. */
export interface OpenDirectory {
  to: string;
  mode: number;
  atime: number;
  mtime: number;
}

export interface Step {
  rules: CopyRules;
  entries: Entry[];
  /** After so many entries, or so many bytes, what is left is handed back. */
  most: { entries: number; bytes: number };
}

export interface StepResult {
  left: Entry[];
  /** Links that were made: their text alone says that they stay inside. */
  inward: CopyPath[];
  undecided: CopyPath[];
  open: OpenDirectory[];
  /** See `CopyRules.told`. */
  copied: string[];
  /** Entries that were not there any more. */
  gone: string[];
}
