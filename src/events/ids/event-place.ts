/**
 * The place of an event among all: its id, alone or as a stream tells it, with the name of the counting that it is of, `<id>-<name>`. Where several
 * things are made of one event, each but the event itself has a part in it, `<id>.<part>-<name>`: they come before the event.
 */
export type EventPlace = number | string;

/** What a client says is checked against the same by the schemas. */
const pattern = /^(\d{1,15})(?:(?:\.(\d{1,4}))?-([0-9a-z]{1,32}))?$/;

export const placeOf = (id: number, counting: string, part?: number): string => `${id}${part === undefined ? '' : `.${part}`}-${counting}`;

/** @returns null where it is no place of an event */
export const readPlace = (place: EventPlace): { id: number; part: number | null; counting: string | null } | null => {
  if (typeof place === 'number') return { id: place, part: null, counting: null };
  const match = pattern.exec(place);
  return match === null
    ? null
    : { id: Number(match[1]), part: match[2] === undefined ? null : Number(match[2]), counting: match[3] ?? null };
};
