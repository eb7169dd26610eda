import { plainText, terminalSequences } from '../../../words/plain-text.ts';

/** What turns the direction of what follows, so that a name or a line of code reads as another: it is shown as a mark. */
const turns = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that a terminal may be shown: names, plans and what agents repeat come from elsewhere, and an escape sequence among them could
 * retitle the window or hide what follows. Whole sequences go first, so that no litter of theirs stays.
 */
export const plain = (text: string): string => plainText(text).replace(turns, '\ufffd');

/** The same within a line of a table: what would end it is a space. */
export const withinLine = (text: string): string => plain(text).replace(/[\n\t\u2028\u2029]+/g, ' ');

/** What fills two columns of a terminal: the scripts of East Asia in full width, and pictures. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How many columns a text fills, whatever colours are in it. */
export const columnsOf = (text: string): number => {
  const bare = text.replace(terminalSequences, '');
  // Most texts are ASCII, of which each character fills one.
  if (/^[\x20-\x7e]*$/.test(bare)) return bare.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(bare)) columns += wide.test(segment) ? 2 : 1;
  return columns;
};

/** As much of a text without colours as fills so many columns, an ellipsis where it was cut. */
export const cutTo = (text: string, columns: number): string => {
  if (columnsOf(text) <= columns) return text;
  let cut = '';
  let filled = 1;
  for (const { segment } of graphemes.segment(text)) {
    filled += columnsOf(segment);
    if (filled > columns) break;
    cut += segment;
  }
  return columns < 1 ? '' : `${cut.trimEnd()}…`;
};
