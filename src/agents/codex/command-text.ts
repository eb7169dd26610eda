/** How codex runs a command: by the user's shell. */
const byShell = /^\/(?:\S+\/)?(?:ba|z|da|k)?sh -l?c (.+)$/s;

/**
 * A command without the shell that codex runs it by, as its model wrote it; as it is where that cannot be told for certain.
 * @param command - of a `commandExecution`, in the shell's own quotes
 */
export const commandText = (command: string): string => {
  const word = byShell.exec(command)?.[1];
  if (word === undefined) return command;
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  const single = /^'([^']*)'$/s.exec(word)?.[1];
  if (single !== undefined) return single;
  const double = /^"((?:[^"\\$`!]|\\["\\$`])*)"$/s.exec(word)?.[1];
  return double === undefined ? command : double.replace(/\\(["\\$`])/g, '$1');
};
