/** Above this many the best choice is no longer looked for among all, of which there are twice as many for each further item. */
const maxExact = 16;

/**
 * As many items as can be taken together, in the order in which they were given: the largest set without a pair that
 * conflicts. Above 16 items a large one, by taking those with the fewest conflicts first.
 *
 * @param count - of the items
 * @param conflict - whether two of them, by their position, do not go together
 * @returns positions, ascending
 */
export const largestTogether = (count: number, conflict: (one: number, other: number) => boolean): number[] => {
  const positions = Array.from({ length: count }, (_, position) => position);
  const against = positions.map((one) =>
    positions.filter((other) => one !== other && conflict(Math.min(one, other), Math.max(one, other))),
  );
  return count <= maxExact ? exact(positions, against) : greedy(positions, against);
};

/** Takes or leaves each item in turn, and follows a branch only as long as it can come to more than the best one found. */
const exact = (positions: readonly number[], against: readonly (readonly number[])[]): number[] => {
  let best: number[] = [];
  const choose = (from: number, taken: readonly number[]): void => {
    if (taken.length + positions.length - from <= best.length) return;
    if (from === positions.length) {
      best = [...taken];
      return;
    }
    if (against[from]?.every((other) => !taken.includes(other)) === true) choose(from + 1, [...taken, from]);
    choose(from + 1, taken);
  };
  choose(0, []);
  return best;
};

const greedy = (positions: readonly number[], against: readonly (readonly number[])[]): number[] => {
  const taken = new Set<number>();
  const byConflicts = [...positions].sort((a, b) => (against[a]?.length ?? 0) - (against[b]?.length ?? 0) || a - b);
  for (const position of byConflicts) if (against[position]?.every((other) => !taken.has(other)) === true) taken.add(position);
  return [...taken].sort((a, b) => a - b);
};
