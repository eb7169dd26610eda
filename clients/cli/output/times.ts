const second = 1000;
const units = { s: second, m: 60 * second, h: 3600 * second, d: 86_400 * second, w: 7 * 86_400 * second } as const;
const isUnit = (letter: string): letter is keyof typeof units => Object.hasOwn(units, letter);

/** How long something is ago or took, in its largest unit: `5s`, `12m`, `3h`, `9d`. */
export const shortTime = (ms: number): string => {
  const past = Math.max(0, ms);
  if (past < units.m) return `${Math.floor(past / units.s)}s`;
  if (past < units.h) return `${Math.floor(past / units.m)}m`;
  if (past < 2 * units.d) return `${Math.floor(past / units.h)}h`;
  return `${Math.floor(past / units.d)}d`;
};

/**
 * A stretch of time as people write one: `90s`, `10m`, `1h30m`, `7d`, or seconds alone.
 * @returns milliseconds, null where it is none
 */
export const readStretch = (text: string): number | null => {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * second;
  if (!/^(?:\d+(?:\.\d+)?[smhdw])+$/.test(text)) return null;
  let sum = 0;
  for (const [, count = '', letter = ''] of text.matchAll(/([\d.]+)([smhdw])/g)) if (isUnit(letter)) sum += Number(count) * units[letter];
  return sum;
};

/**
 * A moment: so long before now, or a time in ISO 8601.
 * @param now - the time in milliseconds
 * @returns the time in milliseconds, null where it is neither
 */
export const readMoment = (text: string, now: number): number | null => {
  const stretch = readStretch(text);
  if (stretch !== null) return now - stretch;
  const moment = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(moment) ? null : moment;
};
