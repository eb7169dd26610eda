/** The place of an event among all: its id, alone or as a stream tells it, with the name of the counting that it is of, `<id>-<name>`. */
export type EventPlace = number | string;

/** What a client says is checked against the same by the schemas. */
const pattern = /^(\d{1,15})(?:-([0-9a-z]{1,32}))?$/;

export const placeOf = (id: number, counting: string): string => `${id}-${counting}`;

/** @returns null where it is no place of an event */
export const readPlace = (place: EventPlace): { id: number; counting: string | null } | null => {
  if (typeof place === 'number') return { id: place, counting: null };
  const match = pattern.exec(place);
  return match === null ? null : { id: Number(match[1]), counting: match[2] ?? null };
};
