import { plainText } from './plain-text.ts';

/** The first line that says something, as plain text of at most `max` characters, an ellipsis where it was cut. */
export const firstLine = (text: string, max: number): string => {
  // The cut comes first: a megabyte on one line is not cleaned to show two hundred characters of it.
  const start = text.slice(0, max * 20);
  const lines = plainText(start)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const line = (lines[0] ?? '').trim().replace(/\t/g, ' ');
  if (line.length > max) return `${withoutHalfPair(line.slice(0, max)).trimEnd()} …`;
  return lines.length > 1 || start.length < text.length ? `${line} …` : line;
};

/** A cut in the middle of a character outside the basic plane leaves half of it. */
const withoutHalfPair = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '');
