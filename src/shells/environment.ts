/** What a shell can hand on by `export`: it keeps no other name for its programs (dash drops them, bash would not let them be set). */
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A shell's own: made anew by each, read-only in some, or what decides how it reads a script. No program's business. */
const shellsOwn = new Set(['_', 'IFS', 'LINENO', 'OPTIND', 'PPID', 'SHELLOPTS', 'BASHOPTS', 'BASH_VERSINFO']);
/** Programs may want them, but bash takes them from whoever started it alone. */
const inheritedOnly = new Set(['UID', 'EUID', 'GROUPS']);

export type Environment = Readonly<Record<string, string | undefined>>;

/** What of an environment a shell is started with. Its locale is that of bytes, so that it takes a quoted text for what it is. */
export const environmentOfShell = (wanted: Environment): Record<string, string> => {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(wanted))
    if (value !== undefined && identifier.test(name) && !shellsOwn.has(name)) environment[name] = value;
  return { ...environment, LC_ALL: 'C' };
};

/** What is to be changed in a shell's environment for a program to have its own. */
export interface Changes {
  set: (readonly [name: string, value: string])[];
  unset: string[];
}

/**
 * `PWD` and `OLDPWD` are always among them: a shell sets both when it changes the directory.
 * @param base - the shell's
 * @param wanted - the program's; names that no shell can hand on are left out
 */
export const changesTo = (base: Environment, wanted: Environment): Changes => {
  const changes: Changes = { set: [], unset: [] };
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined || shellsOwn.has(name) || inheritedOnly.has(name) || !identifier.test(name)) continue;
    if (base[name] !== value || name === 'PWD' || name === 'OLDPWD') changes.set.push([name, value]);
  }
  for (const name of ['PWD', 'OLDPWD', ...Object.keys(base)])
    if (wanted[name] === undefined && !inheritedOnly.has(name) && !changes.unset.includes(name)) changes.unset.push(name);
  return changes;
};

/** Whether a program that a shell starts gets all of this environment. @param base - the shell's */
export const canBeHandedOn = (base: Environment, wanted: Environment): boolean =>
  Object.entries(wanted).every(
    ([name, value]) =>
      value === undefined || shellsOwn.has(name) || (inheritedOnly.has(name) ? base[name] === value : identifier.test(name)),
  ) && [...inheritedOnly].every((name) => base[name] === wanted[name]);
