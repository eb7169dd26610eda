/** A remark on a line of a task's work. */
export interface Remark {
  path: string;
  /** 1 is the first. */
  line: number;
  side: 'old' | 'new';
  text: string;
}

/** Lines before and after the one that is meant. */
const around = 3;
const maxLineLength = 300;

/** The file that a remark stands at: its lines, or why none are quoted. */
export type Quoted = readonly string[] | string;

/** How far a binary file is recognized by, as git does it. */
const binaryLength = 8000;

/**
 * A file's lines, as they are counted by a diff: what stands after the last newline is a line where it is not empty.
 * @param content - null where it was too large to be read
 */
export const linesOf = (content: Uint8Array | null): Quoted => {
  if (content === null) return 'The file is too large to be quoted.';
  if (content.subarray(0, binaryLength).includes(0)) return 'A binary file.';
  const lines = Buffer.from(content).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/\r$/, ''));
};

/** Whether a line can be meant: one of an empty file is its first. */
export const hasLine = (file: Quoted, line: number): boolean => typeof file === 'string' || line <= Math.max(file.length, 1);

const cut = (line: string): string => (line.length > maxLineLength ? `${line.slice(0, maxLineLength).toWellFormed()}…` : line);

/** Longer than any run of its like in the text, so that no line of it ends the quotation. */
const fenceFor = (text: string): string => '`'.repeat(Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1);

const quote = (lines: readonly string[], line: number): string => {
  const first = Math.max(1, line - around);
  const last = Math.min(lines.length, line + around);
  const width = String(last).length;
  const shown = Array.from({ length: last - first + 1 }, (_, index) => {
    const number = first + index;
    return `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${cut(lines[number - 1] ?? '')}`;
  }).join('\n');
  const fence = fenceFor(shown);
  return `${fence}\n${shown}\n${fence}`;
};

const place = ({ path, line, side }: Remark, baseCommit: string): string =>
  `${JSON.stringify(path)}, line ${line}${side === 'old' ? ` as it was before your changes (commit ${baseCommit.slice(0, 12)})` : ''}`;

/**
 * What an agent is told of a review, one text: the summary, then each remark with the lines that it stands at.
 * @param remarks - each with the file that it stands at
 */
export const reviewText = (
  remarks: readonly { remark: Remark; file: Quoted }[],
  { summary, baseCommit }: { summary: string | null; baseCommit: string },
): string => {
  const count = remarks.length;
  const head =
    count === 0
      ? 'Your work was reviewed.'
      : `Your work was reviewed, with ${count === 1 ? 'a remark' : `${count} remarks`} on lines of its diff. Go through ${count === 1 ? 'it' : 'all of them'}: change what is asked for, and where you disagree or leave something as it is, say why. The lines are quoted as they stand now.`;
  const told = remarks.map(({ remark, file }, position) => {
    const lines = typeof file === 'string' ? file : file.length === 0 ? 'The file is empty.' : quote(file, remark.line);
    return `${position + 1}. ${place(remark, baseCommit)}:\n\n${lines}\n\n${remark.text.trim()}`;
  });
  return [head, ...(summary === null ? [] : [summary.trim()]), ...told].join('\n\n').replaceAll('\0', '\uFFFD').toWellFormed();
};
