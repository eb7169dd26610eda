import type { FastifySchema, RouteOptions } from 'fastify';
import { errorTable } from '../../error-table.ts';
import { MakimaError, type ErrorCode } from '../../errors.ts';
import { codesOfEveryRoute, errorBody } from '../answers/error-answers.ts';
import { isObject } from '../is-object.ts';

/** Every code that a route can answer with: those it declares, and those that come from what it takes. */
export const codesOf = (route: Pick<RouteOptions, 'config' | 'schema' | 'method'>): ErrorCode[] => {
  const { config = {}, schema = {} } = route;
  const codes = new Set<ErrorCode>(codesOfEveryRoute);
  if (config.credentials !== 'none') for (const code of ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_READY'] as const) codes.add(code);
  if (config.long !== true) codes.add('HANDLER_TIMEOUT');
  if (schema.params ?? schema.querystring ?? schema.headers ?? schema.body) codes.add('VALIDATION_FAILED');
  if (![route.method].flat().includes('GET'))
    for (const code of ['VALIDATION_FAILED', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) codes.add(code);
  if (schema.body !== undefined) codes.add('FIELD_UNAVAILABLE');
  for (const code of config.errors ?? []) codes.add(code);
  return [...codes];
};

/** The failures with these codes as the document has them, by status. */
export const errorResponses = (codes: readonly ErrorCode[]): Record<string, object> => {
  const byStatus = Map.groupBy(codes, (code) => errorTable[code].status);
  const entries = [...byStatus].map(([status, group]): [string, object] => [
    String(status),
    {
      description: group.map((code) => `\`${code}\`: ${errorTable[code].what}.`).join(' '),
      content: {
        'application/json': {
          schema: { allOf: [{ $ref: 'Error#' }, { type: 'object', properties: { code: { type: 'string', enum: group } } }] },
          examples: Object.fromEntries(
            group.map((code) => [code, { summary: errorTable[code].what, value: errorBody(new MakimaError(code)) }]),
          ),
        },
      },
    },
  ]);
  return Object.fromEntries(entries);
};

/** What a route declares, with every failure that it can answer added. */
export const documented = ({
  schema,
  url,
  route,
}: {
  schema: FastifySchema | undefined;
  url: string;
  route: RouteOptions;
}): { schema: FastifySchema; url: string } => {
  if (!schema || schema.hide === true) return { schema: { hide: true }, url };
  const { config = {} } = route;
  return {
    url,
    schema: {
      ...schema,
      ...(config.credentials === 'none' ? { security: [] } : config.credentials === 'owner' ? { security: [{ ownerToken: [] }] } : {}),
      ...(schema.body === undefined ? {} : { consumes: ['application/json', 'application/x-www-form-urlencoded'] }),
      response: { ...(isObject(schema.response) ? schema.response : {}), ...errorResponses(codesOf(route)) },
    },
  };
};
