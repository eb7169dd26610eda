/** Where the paths of a home are after the home itself was moved, or copied and made a home of its own. Pure text. */
export interface Relocation {
  /** The names that the home had, under which paths in it may still stand. */
  from: readonly string[];
  /** The name it has now. */
  to: string;
  /** The home is a copy: what lies outside of it is the original's, and is never written. */
  isCopy: boolean;
}

/** Whether a path is a directory or lies in it. */
export const isWithin = (path: string, directory: string): boolean => path === directory || path.startsWith(`${directory}/`);

/** Where what was at this absolute path is now; the path itself where it did not lie in the home. Can be repeated. */
export const relocated = ({ from, to }: Pick<Relocation, 'from' | 'to'>, path: string): string => {
  // The longest first: one name may lie in another.
  const old = [...from].sort((a, b) => b.length - a.length).find((name) => isWithin(path, name));
  if (old === undefined) return path;
  // A home that was moved into a directory of its old name: an earlier attempt has changed this one.
  if (isWithin(to, old) && isWithin(path, to)) return path;
  return to + path.slice(old.length);
};

/**
 * Where a worktree is now. That of a copy which lay outside of it is the original's: for the copy it is one that somebody
 * removed, at a place of the copy's where nothing is.
 */
export const relocatedWorktree = (relocation: Relocation, path: string): string => {
  const moved = relocated(relocation, path);
  return !relocation.isCopy || isWithin(moved, relocation.to)
    ? moved
    : `${relocation.to}/worktrees/${moved.slice(moved.lastIndexOf('/') + 1)}`;
};

/** Plain JSON with every text in it that is a path of the home relocated. */
export const relocatedJson = (relocation: Relocation, value: unknown): unknown => {
  if (typeof value === 'string') return relocated(relocation, value);
  if (Array.isArray(value)) return value.map((item: unknown) => relocatedJson(relocation, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]: [string, unknown]) => [name, relocatedJson(relocation, item)]));
};

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
const fields = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

/** The record of a worktree: its `path` is where the worktree is, every other text a path or none. */
export const relocatedRecord = (relocation: Relocation, record: unknown): unknown => {
  const [moved, path] = [relocatedJson(relocation, record), field(record, 'path')];
  return typeof path === 'string' ? { ...fields(moved), path: relocatedWorktree(relocation, path) } : moved;
};

/**
 * A task's card, whose worktree is a record and whose task has paths in three places; its plan may begin with a path too, and
 * is the user's.
 * @returns it with where its worktree is now; null where the text is no card
 */
export const relocatedCard = (relocation: Relocation, text: string): { text: string; worktree: string } | null => {
  let card: unknown;
  try {
    card = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const [task, path] = [field(card, 'task'), field(field(card, 'worktree'), 'path')];
  if (typeof path !== 'string') return null;
  const overlay = field(task, 'overlayPath');
  const moved = {
    repositoryUrl: relocatedJson(relocation, field(task, 'repositoryUrl')),
    targetRepoPath: relocatedJson(relocation, field(task, 'targetRepoPath')),
    overlayPath: typeof overlay === 'string' ? relocatedWorktree(relocation, overlay) : overlay,
  };
  const whole = { ...fields(card), task: { ...fields(task), ...moved }, worktree: relocatedRecord(relocation, field(card, 'worktree')) };
  return { text: JSON.stringify(whole), worktree: relocatedWorktree(relocation, path) };
};
