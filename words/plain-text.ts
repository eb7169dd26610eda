const [escape, bell] = ['\u001b', '\u0007'];

/**
 * What terminals take for commands: strings to the system up to their end, control sequences, and escapes of one letter. Each part ends before
 * what may begin the next, so that no text takes longer than its length: Node's own expression stood still for minutes at a line of such beginnings.
 */
export const terminalSequences = new RegExp(
  [
    `(?:${escape}[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^${bell}${escape}\u0090-\u009f\\n]*(?:${bell}|${escape}\\\\|\u009c)`,
    `(?:${escape}\\[|\u009b)[0-?]*[ -/]*[@-~]`,
    `${escape}[ -/]*[0-~]`,
  ].join('|'),
  'g',
);

/** What at the end of a text may be the first part of one of these, or the first half of a character. */
export const unfinishedSequence = new RegExp(
  [
    `(?:${escape}[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^${bell}${escape}\u0090-\u009f\\n]*${escape}?$`,
    `(?:${escape}\\[|\u009b)[0-?]*[ -/]*$`,
    `${escape}[ -/]*$`,
    '[\\uD800-\\uDBFF]$',
  ].join('|'),
);

/**
 * Text that a terminal may be shown: an agent repeats what it read, and an escape sequence out of a repository
 * could retitle the window, hide text or answer on the user's behalf. Whole sequences go first, so that no
 * `[31m` litter stays, then every C0 and C1 character except newline and tab.
 */
export const plainText = (text: string): string => text.replace(terminalSequences, '').replace(/[^\P{Cc}\n\t]/gu, '');
