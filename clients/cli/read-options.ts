import { InvalidArgumentError } from 'commander';
import { readMoment, readStretch } from './output/times.ts';

/** Milliseconds, of what was written as `90s`, `10m` or `2h`. @throws InvalidArgumentError */
export const stretch = (text: string): number => {
  const ms = readStretch(text);
  if (ms === null) throw new InvalidArgumentError('It is a time such as 90s, 10m, 2h or 7d.');
  return ms;
};

/** A time in milliseconds, of what was written as `10m` or in ISO 8601. @throws InvalidArgumentError */
export const moment = (text: string): number => {
  const ms = readMoment(text, Date.now());
  if (ms === null) throw new InvalidArgumentError('It is a time such as 10m, for so long ago, or 2026-11-27T10:00:00Z.');
  return ms;
};

/** @throws InvalidArgumentError */
export const wholeNumber = (text: string): number => {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
};

/** An option that may be repeated and holds several with commas between. */
export const list = (text: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  ...text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== ''),
];

/** `key=value`, which may be repeated. @throws InvalidArgumentError */
export const pairs =
  (keys: readonly string[]) =>
  (text: string, before: readonly [string, string][] | undefined): [string, string][] => {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (!keys.includes(key)) throw new InvalidArgumentError(`It is key=value, with one of ${keys.join(', ')} as the key.`);
    return [...(before ?? []), [key, value]];
  };
