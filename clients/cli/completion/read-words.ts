import type { Argument, Command, Option } from 'commander';

/** What is to stand where the cursor is. */
export type Wanted =
  | { kind: 'option'; command: Command }
  | { kind: 'command'; command: Command }
  | { kind: 'value'; of: Option }
  | { kind: 'argument'; of: Argument; command: Command };

const optionOf = (command: Command, word: string): Option | undefined => {
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const found = at.options.find(({ short, long }) => short === word || long === word);
    if (found) return found;
  }
  return undefined;
};

/** Whether an option is followed by its value. */
const takesValue = (option: Option | undefined): option is Option => option !== undefined && (option.required || option.optional);

/**
 * What is wanted after some words of a command line.
 * @param program - with all its commands
 * @param before - the words behind `makima`, without the one that is being typed
 * @param current - that one
 * @returns several where it may be one or the other; none where nothing can follow
 */
export const readWords = (program: Command, before: readonly string[], current: string): Wanted[] => {
  let command = program;
  let operands = 0;
  let open: Option | null = null;
  let onlyOperands = false;
  for (const word of before) {
    if (open !== null) open = null;
    else if (!onlyOperands && word === '--') onlyOperands = true;
    else if (!onlyOperands && word.startsWith('-') && word !== '-') {
      const option = optionOf(command, word);
      open = takesValue(option) ? option : null;
    } else {
      const next: Command | undefined =
        operands === 0 ? command.commands.find((each) => each.name() === word || each.aliases().includes(word)) : undefined;
      if (next) command = next;
      else operands += 1;
    }
  }
  if (open !== null) return [{ kind: 'value', of: open }];
  if (!onlyOperands && current.startsWith('-')) return [{ kind: 'option', command }];
  const last = command.registeredArguments.at(-1);
  const argument = command.registeredArguments[operands] ?? (last?.variadic === true ? last : undefined);
  return [
    ...(operands === 0 && command.commands.length > 0 ? [{ kind: 'command', command } as const] : []),
    ...(argument === undefined ? [] : [{ kind: 'argument', of: argument, command } as const]),
  ];
};
