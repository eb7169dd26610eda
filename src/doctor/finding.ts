/** What was looked at, how it is, and what to do about it. `clients/cli/launcher.ts` has the same shape, which is all that the command knows of it. */
export interface Finding {
  /** Such as `git`, `agent claude`, `port`. */
  what: string;
  /** note: it does no harm, and is worth knowing; bad: something does not work. */
  state: 'good' | 'note' | 'bad';
  says: string;
  /** null where nothing is to be done. */
  remedy: string | null;
}

export const good = (what: string, says: string): Finding => ({ what, state: 'good', says, remedy: null });
export const note = (what: string, says: string, remedy: string): Finding => ({ what, state: 'note', says, remedy });
export const bad = (what: string, says: string, remedy: string): Finding => ({ what, state: 'bad', says, remedy });
