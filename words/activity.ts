const maxResultLines = 3;

/** What of a tool's input tells best what it does; the first that is there is shown. */
const tellingFields = [
  'command',
  'file_path',
  'filePath',
  'notebook_path',
  'pattern',
  'path',
  'url',
  'query',
  'skill',
  'description',
  'subject',
  'prompt',
];

/** What a tool was used for, of its input; null where nothing of that tells it. */
export const tellingOf = (input: Readonly<Record<string, unknown>>): string | null =>
  tellingFields
    .map((field) => (Object.hasOwn(input, field) ? input[field] : undefined))
    .find((value): value is string => typeof value === 'string' && value.trim() !== '') ?? null;

/**
 * The result of a tool as a person reads it: its first lines, and how many more there are.
 * @param cut - makes of a line what there is room for
 * @returns none where it says nothing to a person
 */
export const resultLines = (text: string, isError: boolean, cut: (line: string) => string): string[] => {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return isError ? ['  ✗ failed'] : [];
  const shown = lines.slice(0, maxResultLines).map((line, index) => `  ${index > 0 ? ' ' : isError ? '✗' : '⎿'} ${cut(line)}`);
  const more = lines.length - maxResultLines;
  return more > 0 ? [...shown, `    … ${more} more ${more === 1 ? 'line' : 'lines'}`] : shown;
};
