/** The part of a JSON schema that says how a form's text becomes a value. */
interface FieldSchema {
  type?: unknown;
  items?: FieldSchema;
}

const booleans: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };
const integer = /^[+-]?\d{1,15}$/;
const decimal = /^[+-]?\d{1,15}(?:\.\d{1,15})?$/;

const single = (value: unknown, convert: (text: string) => unknown): unknown => (typeof value === 'string' ? convert(value) : value);

/**
 * A list: the field may come several times, each value being taken as it is, or once with commas between. A path with a
 * comma in it is sent by sending the field twice or by JSON.
 */
const list = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
    : value;

/** An object, which in a form is JSON, also as an item of a list: what is none stays the text that it is. */
const objectOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const isOfObject = (schema: FieldSchema | undefined): boolean => [schema?.type].flat().includes('object');

const convertField = (value: unknown, schema: FieldSchema | undefined): unknown => {
  if (isOfObject(schema)) return single(value, objectOf);
  switch (schema?.type) {
    case 'boolean':
      return single(value, (text) => booleans[text] ?? text);
    case 'integer':
      return single(value, (text) => (integer.test(text) ? Number(text) : text));
    case 'number':
      return single(value, (text) => (decimal.test(text) ? Number(text) : text));
    case 'array':
      return isOfObject(schema.items) ? [value].flat().map((item) => single(item, objectOf)) : list(value);
    default:
      return value;
  }
};

/**
 * The pairs of a form or a query as an object without a prototype, so that a field may be called `__proto__` and is only
 * an unknown field. A field that comes several times is an array.
 */
export const readPairs = (text: string): Record<string, string | string[]> => {
  // URLSearchParams reads bytes that are no UTF-8 as U+FFFD and never throws.
  const pairs: Record<string, string | string[]> = Object.create(null) as Record<string, never>;
  for (const [name, value] of new URLSearchParams(text)) {
    const before = pairs[name];
    if (before === undefined) pairs[name] = value;
    else if (typeof before === 'string') pairs[name] = [before, value];
    else before.push(value);
  }
  return pairs;
};

/** The query's pairs. A parameter with nothing behind its `=` is left out, as a script's empty variable makes it. */
export const readQuery = (text: string): Record<string, string | string[]> => {
  // most requests have none, and an empty one takes as long to read as any
  if (text === '') return Object.create(null) as Record<string, never>;
  const pairs = readPairs(text);
  for (const name of Object.keys(pairs)) if (pairs[name] === '') Reflect.deleteProperty(pairs, name);
  return pairs;
};

/**
 * The text of a form or a query as the types that the schema asks for. What does not look like the type stays text, for the
 * schema to refuse it by name.
 * @param pairs - as read by readPairs
 * @param properties - the schema's `properties`
 */
export const formValues = (
  pairs: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, FieldSchema>>,
): Record<string, unknown> => {
  const values: Record<string, unknown> = Object.create(null) as Record<string, never>;
  for (const [name, value] of Object.entries(pairs))
    values[name] = convertField(value, Object.hasOwn(properties, name) ? properties[name] : undefined);
  return values;
};
