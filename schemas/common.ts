import { Type, type Static, type TSchema, type TUnsafe } from '@sinclair/typebox';

/** A UUID in canonical lower or upper case form. The pattern is narrower than the format, which takes `urn:uuid:` too. */
export const uuidPattern = '^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
export const Uuid = Type.String({ format: 'uuid', pattern: uuidPattern });

/** A UTC ISO-8601 time with milliseconds, as `Date.prototype.toISOString` prints it. */
export const Timestamp = Type.String({ format: 'date-time' });

/**
 * `T | null`. OpenAPI 3.1 has no `nullable`. It is a list of types where it can be, because the serializer writes that in
 * a third of the time that it takes for a union of schemas, for which it asks a validator which one fits.
 */
export const Nullable = <T extends TSchema>(schema: T): TUnsafe<Static<T> | null> => {
  const type: unknown = schema['type'];
  const values: unknown = schema['enum'];
  if (typeof type !== 'string') return Type.Unsafe<Static<T> | null>({ ...Type.Union([schema, Type.Null()]) });
  return Type.Unsafe<Static<T> | null>({
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {}),
  });
};

/** The same schema, with what its place says of it. */
export const described = <T extends TSchema>(schema: T, description: string): T => ({ ...schema, description });

/** What a caller's text may hold: no NUL, which neither a path nor a variable nor a commit message can carry. */
export const noNul = '^[^\\u0000]*$';
/** The same, and something to read in it. The classes exclude each other, so that matching is linear in any text. */
export const notBlank = '^\\s*[^\\s\\u0000][^\\u0000]*$';

/** Printable ASCII without spaces, and no dash in front. */
export const noOption = '^[!-,.-~][!-~]*$';

/**
 * The place of an event as text: its id, as many digits as a number holds exactly; of what is made of a part of it, which part; and, where it is
 * of a stream, the name of what it was counted in.
 */
export const eventPlacePattern = '^\\d{1,15}(?:(?:\\.\\d{1,4})?-[0-9a-z]{1,32})?$';

/** A named schema by its name: one component in openapi.yaml, one serializer, however many routes use it. */
export const ref = <T extends TSchema>(schema: T): TUnsafe<Static<T>> => {
  if (schema.$id === undefined) throw new Error('Only a schema with an $id can be referred to');
  return Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });
};

/** A union of string literals, from a tuple that code can iterate over as well. */
export const StringEnum = <const T extends readonly string[]>(values: T, options: { description?: string } = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options });

/** The body of every answer that is not a success. */
export const ErrorBody = Type.Object(
  {
    statusCode: Type.Integer({ description: 'The HTTP status' }),
    code: Type.String({ description: 'Stable: programs branch on it' }),
    error: Type.String({ description: 'The name of the HTTP status' }),
    message: Type.String({ description: 'What happened and what to do next' }),
  },
  { $id: 'Error', additionalProperties: true, description: 'Every answer other than a success; some codes bring further fields' },
);
export type ErrorBody = Static<typeof ErrorBody>;
