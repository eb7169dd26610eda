/**
 * What clients take of an answer: claude warns at 10 000 tokens and cuts at 25 000 (MAX_MCP_OUTPUT_TOKENS), and each token of it is paid for
 * at every further turn. In characters, of which about three make a token of code.
 */
export const maxText = 20_000;
/** Of one field of a task that is shown by itself. */
export const maxField = 4_000;

/** A text that is cut where it is longer, and says so. */
export const cut = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const kept = text.slice(0, max).toWellFormed();
  return `${kept}… (${text.length - max} characters more)`;
};

/** Lines, cut after the last whole one that fits. @param more - how to have the others */
export const cutLines = (text: string, more: string): string => {
  if (text.length <= maxText) return text;
  const end = text.lastIndexOf('\n', maxText);
  return `${text.slice(0, end < 0 ? maxText : end + 1).toWellFormed()}(cut here: ${more})\n`;
};
