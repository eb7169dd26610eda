const names = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes in the largest unit in which it is one or more. */
export const shortSize = (bytes: number): string => {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < names.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${names[unit] ?? ''}`;
};

/** What something cost, as people write money; nothing where it cost nothing. */
export const money = (usd: number | undefined): string => (usd === undefined || usd === 0 ? '' : `$${usd.toFixed(usd < 0.01 ? 4 : 2)}`);

/** `1 task`, `2 tasks`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
