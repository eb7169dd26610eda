import { Type, type Static, type TSchema } from '@sinclair/typebox';

/** A UUID in canonical lower or upper case form. */
export const Uuid = Type.String({ format: 'uuid' });

/** A UTC ISO-8601 time with milliseconds, as `Date.prototype.toISOString` prints it. */
export const Timestamp = Type.String({ format: 'date-time' });

/** `T | null`. OpenAPI 3.1 has no `nullable`; it is a union with the null type. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A union of string literals, from a tuple that code can iterate over as well. */
export const StringEnum = <const T extends readonly string[]>(values: T, options: { description?: string } = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options });

/** The body of every answer that is not a success. */
export const ErrorBody = Type.Object(
  {
    statusCode: Type.Integer(),
    code: Type.String({ description: 'Stable: programs branch on it' }),
    error: Type.String({ description: 'The name of the HTTP status' }),
    message: Type.String({ description: 'What happened and what to do next' }),
  },
  { $id: 'Error', additionalProperties: true },
);
export type ErrorBody = Static<typeof ErrorBody>;
