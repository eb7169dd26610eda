import { MakimaError } from '../../errors.ts';

/** A time as the store writes it. The format lets a leap second through, which no clock here has. */
export const readTime = (text: string): string => {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new MakimaError('VALIDATION_FAILED', 'updatedSince is no time that can be compared: give one such as 2026-11-27T10:00:00Z');
  return time.toISOString();
};
