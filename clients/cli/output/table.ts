import { columnsOf, cutTo } from './plain.ts';

/** A column: its heading, and whether it gives way where the table is wider than the terminal. */
export interface Column {
  heading: string;
  /** The least that is left of it, in columns of the terminal; left out: it stays as it is. */
  shrinksTo?: number;
  /** Numbers stand at the right. */
  isNumber?: boolean;
}

const gap = '  ';

/** How wide each column is to be: the widest of those that give way first, until all fit or none gives way any more. */
const fit = (columns: readonly Column[], wanted: readonly number[], width: number | null): number[] => {
  const widths = [...wanted];
  if (width === null) return widths;
  const all = (): number => widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1));
  for (;;) {
    const tooWide = all() - width;
    if (tooWide <= 0) return widths;
    let widest = -1;
    for (const [index, { shrinksTo }] of columns.entries())
      if (shrinksTo !== undefined && (widths[index] ?? 0) > shrinksTo && (widths[index] ?? 0) > (widths[widest] ?? 0)) widest = index;
    if (widest < 0) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
};

/**
 * Rows under headings, as `docker ps` and `kubectl get` show them. A column with nothing in it is left out.
 * @param rows - their cells, without colours, one for each column
 * @param width - of the terminal; null where nothing has to fit
 * @param paint - colours a cell that has its width
 * @returns lines with their newlines
 */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, paint = (cell) => cell }: { width: number | null; paint?: (cell: string, column: number, row: number | null) => string },
): string => {
  const kept = columns.map((_, index) => index).filter((index) => rows.some((row) => (row[index] ?? '') !== ''));
  const shown = kept.map((index) => columns[index] ?? { heading: '' });
  const lines = [shown.map(({ heading }) => heading), ...rows.map((row) => kept.map((index) => row[index] ?? ''))];
  const widths = fit(
    shown,
    shown.map((_, index) => Math.max(...lines.map((line) => columnsOf(line[index] ?? '')))),
    width,
  );
  return lines
    .map((line, number) => {
      const cells = line.map((cell, index) => {
        const space = widths[index] ?? 0;
        const text = cutTo(cell, space);
        const fill = ' '.repeat(Math.max(0, space - columnsOf(text)));
        const painted = paint(text, kept[index] ?? index, number === 0 ? null : number - 1);
        return shown[index]?.isNumber === true ? fill + painted : painted + fill;
      });
      return `${cells.join(gap).trimEnd()}\n`;
    })
    .join('');
};
