import { Type, type TSchema } from '@sinclair/typebox';

/** A success that is JSON, and text where a description of the text is given. */
export const answer = (description: string, schema: TSchema, text?: string) => ({
  description,
  content: {
    'application/json': { schema },
    ...(text === undefined ? {} : { 'text/plain': { schema: Type.String({ description: text }) } }),
  },
});

/**
 * A success of another media type only.
 * @param schema - of each item, where the answer is a stream of them
 */
export const textAnswer = (description: string, mediaType: string, schema: TSchema = Type.String()) => ({
  description,
  content: { [mediaType]: { schema } },
});

/** The caller has the answer already. */
export const notModified = { description: 'The answer that the caller has is still true', type: 'null' };

/** A success without a body. */
export const noContent = (description: string) => ({ description, type: 'null' });
