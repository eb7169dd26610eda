import { isObject, type JsonObject } from '../domain/json-object.ts';

/** The longest lines seen are below 1 MB; beyond this a line is data that someone prints, not a message to us. */
const maxParsedLength = 32 * 1024 * 1024;

/** Long enough for every type there is; it is repeated in each event. */
const maxTypeLength = 100;

/**
 * One line of stdout as a JSON object, null where it is none. It is parsed and never matched by its first characters:
 * in claude 2.1.330 the `type` of a result stands in the middle of the line.
 */
export const parseLine = (line: string): JsonObject | null => {
  if (line.length > maxParsedLength || !line.trimStart().startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch (error) {
    // Anything may be printed to stdout; what is no JSON is logged as it is and means nothing more.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

/** The `type` field, null where there is no such string. */
export const typeOf = (message: JsonObject): string | null => {
  const type = stringAt(message, 'type');
  return type !== null && type.length <= maxTypeLength ? type : null;
};

/** Only own fields are read: `constructor` or `__proto__` in a line must find nothing that is not in the line. */
export const fieldAt = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

export const stringAt = (object: JsonObject, key: string): string | null => {
  const value = fieldAt(object, key);
  return typeof value === 'string' ? value : null;
};

/** A count or an amount: finite and not negative, else 0. */
export const amountAt = (object: JsonObject, key: string): number => {
  const value = fieldAt(object, key);
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
};

export const objectAt = (object: JsonObject, key: string): JsonObject | null => {
  const value = fieldAt(object, key);
  return isObject(value) ? value : null;
};

/** The objects in an array, at most `max` of them; none where it is no array. */
export const objectsAt = (object: JsonObject, key: string, max = 1000): JsonObject[] => {
  const value = fieldAt(object, key);
  return Array.isArray(value) ? value.slice(0, max).filter(isObject) : [];
};
