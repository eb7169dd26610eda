import type { Static, TSchema } from '@sinclair/typebox';
import type { Api } from '../api.ts';
import { describeInvalid } from './validation.ts';

/**
 * Reads what came by another way than a route by a schema, which is compiled when something first comes.
 * @param url - for the compiler, which wants to know of which route a schema is
 * @param part - what it is called to its caller: `frame`, `arguments`
 * @returns throws MakimaError VALIDATION_FAILED, FIELD_UNAVAILABLE for what does not fit
 */
export const reader = <Schema extends TSchema>(
  app: Api,
  schema: Schema,
  { url, part }: { url: string; part: string },
): ((value: unknown) => Static<Schema>) => {
  const validate = app.validatorCompiler?.({ method: 'GET', url, schema, httpPart: 'body' });
  if (!validate) throw new Error('The application has nothing that compiles schemas');
  const fits = (value: unknown): value is Static<Schema> => validate(value) === true;
  return (value) => {
    if (!fits(value)) throw describeInvalid(validate.errors ?? [], part);
    return value;
  };
};
