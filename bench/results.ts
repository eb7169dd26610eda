/** The figures of one tree, or of two side by side, as lines of text and of a table. */
import { isReached, wordsOf, type BenchRow, type Scale } from './row.ts';

/** A figure as each tree has it: null where it has none, a text where it could not be measured. */
export interface Line {
  name: string;
  cells: (BenchRow | string | null)[];
}

/** @param measured - what each tree gave for one file of rows, this tree the last */
export const linesOf = (file: string, measured: readonly (BenchRow[] | string)[]): Line[] => {
  const names = new Set(measured.toReversed().flatMap((rows) => (typeof rows === 'string' ? [] : rows.map(({ name }) => name))));
  if (names.size === 0) names.add(file);
  return [...names].map((name) => ({
    name,
    cells: measured.map((rows) => (typeof rows === 'string' ? rows : (rows.find((row) => row.name === name) ?? null))),
  }));
};

const number = (value: number): string => (Math.abs(value) >= 100 ? String(Math.round(value)) : value.toFixed(2));
const figure = (cell: Line['cells'][number]): string => {
  if (cell === null) return '–';
  return typeof cell === 'string' ? cell : `${number(cell.value)} ${cell.unit}`;
};
const detail = (cell: Line['cells'][number] | undefined): string => (typeof cell === 'object' && cell !== null ? cell.detail : '');
const verdict = (row: BenchRow): string => ({ true: 'yes', false: 'no', null: '' })[`${isReached(row)}`];

/** For the terminal. A short measurement reaches nothing. */
export const textOf = ({ name, cells }: Line, scale: Scale): string => {
  const now = cells.at(-1);
  const words = scale === 'full' && typeof now === 'object' && now !== null ? wordsOf(now) : '';
  return `${name.padEnd(58)} ${cells.map((cell) => figure(cell).padStart(10)).join(' ')} ${words.padEnd(8)}  ${detail(now)}`.trimEnd();
};

const markdown = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** For results.md. */
export const tableOf = (lines: readonly Line[], withBefore: boolean): string =>
  [
    withBefore
      ? ['what', 'before', 'now', 'to reach', 'reached', 'measured', 'measured before']
      : ['what', 'value', 'to reach', 'reached', 'measured'],
    Array.from({ length: withBefore ? 7 : 5 }, () => '---'),
    ...lines.map(({ name, cells }) => {
      const now = cells.at(-1);
      const asked = typeof now === 'object' && now !== null ? [wordsOf(now), verdict(now)] : ['', ''];
      return [name, ...cells.map(figure), ...asked, detail(now), ...(withBefore ? [detail(cells[0])] : [])];
    }),
  ]
    .map(markdown)
    .join('\n');
