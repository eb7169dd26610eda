import type { FastifySchemaValidationError } from 'fastify';
import { eventIdPattern, noNul, notBlank, uuidPattern } from '../../../schemas/common.ts';
import { MakimaError } from '../../errors.ts';

/** More of a caller's own text than this helps nobody to find the field. */
const maxQuoted = 100;

const patternWords: Readonly<Record<string, string>> = {
  [noNul]: 'must hold no NUL character',
  [notBlank]: 'must not be blank and hold no NUL character',
  [uuidPattern]: 'must be a UUID',
  [eventIdPattern]: 'must be the id of an event',
};

const partWords: Readonly<Record<string, string>> = {
  body: 'field',
  querystring: 'query parameter',
  params: 'path parameter',
  headers: 'header',
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const rule = (error: FastifySchemaValidationError): string => {
  const { params } = error;
  if (error.keyword === 'enum' && Array.isArray(params['allowedValues'])) return `must be one of ${params['allowedValues'].join(', ')}`;
  if (error.keyword === 'pattern') return patternWords[text(params['pattern'])] ?? `must match ${text(params['pattern'])}`;
  if (error.keyword === 'format' && params['format'] === 'uuid') return 'must be a UUID';
  if (error.keyword === 'format' && params['format'] === 'date-time') return 'must be an ISO-8601 time such as 2030-01-31T12:00:00Z';
  return error.message ?? 'is not valid';
};

/**
 * A schema's complaint as the answer to the caller: the field, the rule, and both in words.
 * @param errors - Ajv's, of which the first is told: they are found in the order of the fields
 * @param part - `body`, `querystring`, `params` or `headers`
 */
export const describeInvalid = (errors: readonly FastifySchemaValidationError[], part = 'body'): MakimaError => {
  const [error] = errors;
  if (!error) return new MakimaError('VALIDATION_FAILED');
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const inner = text(error.params['missingProperty']) || text(error.params['additionalProperty']);
  const field = [path, inner]
    .filter((name) => name !== '')
    .join('.')
    .toWellFormed()
    .slice(0, maxQuoted)
    .toWellFormed();
  const noun = partWords[part] ?? 'field';
  const what =
    error.keyword === 'required'
      ? `The ${noun} ${JSON.stringify(field)} is missing`
      : error.keyword === 'additionalProperties'
        ? `There is no ${noun} ${JSON.stringify(field)} here`
        : field === ''
          ? `The ${part} ${rule(error)}`
          : `The ${noun} ${JSON.stringify(field)} ${rule(error)}`;
  return new MakimaError('VALIDATION_FAILED', what, {
    details: { in: part === 'querystring' ? 'query' : part, field, rule: error.keyword },
  });
};

/**
 * How the schemas are read: exactly. Ajv's own conversion of text would take `1e999` as a limit of Infinity and skip the
 * maximum for it; forms and queries are converted before. Unknown fields are refused where the schema says so, never dropped.
 */
export const validatorOptions = { removeAdditional: false, useDefaults: false, coerceTypes: false, allErrors: false } as const;
