import type { FastifySchemaValidationError } from 'fastify';
import { eventPlacePattern, noNul, notBlank, uuidPattern } from '../../../schemas/common.ts';
import { eventTypes } from '../../../schemas/event.ts';
import { eventTypesPattern, printablePattern } from '../../../schemas/requests.ts';
import { socketEventTypes, socketTypesPattern } from '../../../schemas/websocket/handshake.ts';
import { webUrlPattern } from '../../../schemas/webhook.ts';
import { MakimaError } from '../../errors.ts';
import { version } from '../../version.ts';

/** More of a caller's own text than this helps nobody to find the field. */
const maxQuoted = 100;

const patternWords: Readonly<Record<string, string>> = {
  [noNul]: 'must hold no NUL character',
  [notBlank]: 'must not be blank and hold no NUL character',
  [uuidPattern]: 'must be a UUID',
  [eventPlacePattern]: 'must be the id of an event',
  [eventTypesPattern]: `must be one or more of ${eventTypes.join(', ')}, with commas between and no blanks`,
  [socketTypesPattern]: `must be one or more of ${socketEventTypes.join(', ')}, with commas between and no blanks`,
  [webUrlPattern]: 'must be an http or https address, with its http:// or https://',
  [printablePattern]: 'must be printable ASCII',
};

/** What an array, a text or an object has too few or too many of. */
const counted: Readonly<Record<string, string>> = { Length: 'character', Items: 'item', Properties: 'field' };

/** `minLength`, `maxItems` and their like. @returns null where it is none of these */
const bound = (keyword: string, limit: unknown): string | null => {
  const [, side, what = ''] = /^(min|max)(Length|Items|Properties)$/.exec(keyword) ?? [];
  const noun = counted[what];
  if (side === undefined || noun === undefined || typeof limit !== 'number') return null;
  if (side === 'min' && limit === 1) return what === 'Properties' ? 'must name at least one field' : 'must not be empty';
  return `must have ${side === 'min' ? 'at least' : 'at most'} ${limit} ${noun}${limit === 1 ? '' : 's'}`;
};

const partWords: Readonly<Record<string, string>> = {
  body: 'field',
  querystring: 'query parameter',
  params: 'path parameter',
  headers: 'header',
  arguments: 'argument',
};

/**
 * Fields of the contract that this version cannot do yet. Whoever sends one is told so, and not that there is no such thing. What makes
 * one work states it in its schema, and takes it from here.
 */
const notYet: ReadonlySet<string> = new Set(['host', 'labels', 'resume', 'sandbox', 'waitsFor']);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const rule = (error: FastifySchemaValidationError): string => {
  const { params } = error;
  if (error.keyword === 'enum' && Array.isArray(params['allowedValues'])) return `must be one of ${params['allowedValues'].join(', ')}`;
  if (error.keyword === 'pattern') return patternWords[text(params['pattern'])] ?? `must match ${text(params['pattern'])}`;
  if (error.keyword === 'format' && params['format'] === 'uuid') return 'must be a UUID';
  if (error.keyword === 'format' && params['format'] === 'date-time') return 'must be an ISO-8601 time such as 2030-01-31T12:00:00Z';
  if (error.keyword === 'minimum') return `must be ${String(params['limit'])} or more`;
  if (error.keyword === 'maximum') return `must be ${String(params['limit'])} or less`;
  return bound(error.keyword, params['limit']) ?? error.message ?? 'is not valid';
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
  const details = { in: part === 'querystring' ? 'query' : part, field, rule: error.keyword };
  if ((part === 'body' || part === 'arguments') && error.keyword === 'additionalProperties' && path === '' && notYet.has(field))
    return new MakimaError('FIELD_UNAVAILABLE', `makima ${version} cannot do what the field "${field}" asks for here`, { details });
  const noun = partWords[part] ?? 'field';
  const what =
    error.keyword === 'required'
      ? `The ${noun} ${JSON.stringify(field)} is missing`
      : error.keyword === 'additionalProperties'
        ? `There is no ${noun} ${JSON.stringify(field)} here`
        : field === ''
          ? `The ${part} ${rule(error)}`
          : `The ${noun} ${JSON.stringify(field)} ${rule(error)}`;
  return new MakimaError('VALIDATION_FAILED', what, { details });
};

/**
 * How the schemas are read: exactly. Ajv's own conversion of text would take `1e999` as a limit of Infinity and skip the
 * maximum for it; forms and queries are converted before. Unknown fields are refused where the schema says so, never dropped.
 */
export const validatorOptions = { removeAdditional: false, useDefaults: false, coerceTypes: false, allErrors: false } as const;
