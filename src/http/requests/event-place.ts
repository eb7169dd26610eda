import type { EventPlace } from '../../tasks/actions.ts';

/** The place after which a reader goes on, as its request names it and the schema has checked it: an id alone is a number. */
export const readAfter = (place: string | number | undefined): EventPlace | null => {
  if (place === undefined) return null;
  return typeof place === 'string' && /^\d+$/.test(place) ? Number(place) : place;
};
