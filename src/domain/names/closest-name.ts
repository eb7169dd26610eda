/** How many letters have to be left out, put in, changed or swapped with the next to make one text of the other. */
const distance = (one: string, other: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      now[column] = Math.min(
        (last[column] ?? 0) + 1,
        (now[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = last;
    last = now;
  }
  return last[other.length] ?? 0;
};

/** Longer than any name that somebody misspelt: a comparison takes time by the square. */
const maxLength = 100;

/**
 * What somebody may have meant who wrote a name that there is not.
 * @returns the name that is nearest, null where none is near: more than every third letter would have to be another
 */
export const closestName = (written: string, names: Iterable<string>): string | null => {
  if (written.length > maxLength) return null;
  let closest: string | null = null;
  let least = Math.floor(written.length / 3) + 1;
  for (const name of names) {
    const found = distance(written.toLowerCase(), name.toLowerCase());
    if (found < least) [closest, least] = [name, found];
  }
  return closest;
};
