/** Names for a sentence: the first of them, and how many there are beside. More make a message that nobody reads. */
export const nameSome = (names: readonly string[], max: number): string =>
  `${names.slice(0, max).join(', ')}${names.length > max ? ` and ${names.length - max} more` : ''}`;
