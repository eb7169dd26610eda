import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorBody } from '../../../schemas/common.ts';
import { errorTable } from '../../error-table.ts';
import { MakimaError, type ErrorCode } from '../../errors.ts';
import { describeInvalid } from '../requests/validation.ts';

/** Longer than any message of ours; with the percent signs it stays below what proxies take as one header line. */
const maxHeaderMessage = 2000;

/**
 * A message as a header value: one line whatever is in it. Cutting can halve a surrogate pair, and
 * encodeURIComponent throws on half of one.
 */
export const headerMessage = (message: string): string =>
  encodeURIComponent(message.toWellFormed().slice(0, maxHeaderMessage).toWellFormed());

/** What Fastify's own failures mean to a caller. Every code that a request can cause is here; a test sends each of them. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_BAD_URL: 'MALFORMED_REQUEST',
  FST_ERR_MAX_PARAM_LENGTH: 'MALFORMED_REQUEST',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_REQUEST',
  FST_ERR_HANDLER_TIMEOUT: 'HANDLER_TIMEOUT',
  // A path that leads out of the documentation's files.
  FST_STATIC_FORBIDDEN_PATH: 'ROUTE_NOT_FOUND',
};

/**
 * Any failure as one of the table. What is not known is INTERNAL, and its message stays in the log: it can hold paths,
 * commands or a caller's text.
 */
export const toMakimaError = (thrown: FastifyError | Error): MakimaError => {
  if (thrown instanceof MakimaError) return thrown;
  if ('validation' in thrown && Array.isArray(thrown.validation)) return describeInvalid(thrown.validation, thrown.validationContext);
  const code = 'code' in thrown ? frameworkCodes[thrown.code] : undefined;
  if (code !== undefined) return new MakimaError(code, undefined, { cause: thrown });
  return new MakimaError('INTERNAL', undefined, { cause: thrown });
};

/** A path of ours in a message, where it does not stand in quotes as what a caller sent. */
const ownPath = /(?<=^|\s)\/(?=(?:api\/v1\/mesh|docs|readyz|healthz|metrics|openapi\.(?:json|yaml))\b)/g;

/** The same failure, its message with the paths as the caller reaches them. @param prefix - what stands in front of them for it */
export const fromOutside = (error: MakimaError, prefix: string): string =>
  prefix === '' ? error.message : error.message.replace(ownPath, () => `${prefix}/`);

/** The body that every answer other than a success has. */
export const errorBody = (error: MakimaError, message = error.message): ErrorBody & Record<string, unknown> => ({
  ...error.details,
  statusCode: error.statusCode,
  code: error.code,
  error: STATUS_CODES[error.statusCode] ?? 'Error',
  message,
});

/** Answers a failed request. @param prefix - what stands in front of our paths for this caller */
export const answerError = (thrown: FastifyError | Error, request: FastifyRequest, reply: FastifyReply, prefix: string): void => {
  // A client that goes away in the middle of its body did nothing to us; there is nobody to read the answer.
  const left = request.raw.destroyed && !request.raw.complete;
  const error = left
    ? new MakimaError('MALFORMED_REQUEST', 'The request ended before its body did', { cause: thrown })
    : toMakimaError(thrown);
  // Not being ready yet, or any more, is no failure: clients ask again and again while a daemon starts.
  if (error.statusCode >= 500 && error.code !== 'NOT_READY')
    request.log.error({ err: thrown, method: request.method, url: request.url }, error.message);
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer realm="makima"');
  if (error.code === 'NOT_READY') reply.header('retry-after', '1');
  // What a route had set for its success does not describe this body.
  for (const name of ['content-encoding', 'etag', 'last-modified', 'content-disposition']) reply.removeHeader(name);
  const message = fromOutside(error, prefix);
  void reply
    .code(error.statusCode)
    .header('x-makima-error', headerMessage(message))
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(error, message)));
};

/** A whole HTTP/1.1 answer as text, for a connection on which no request could be read. */
export const rawErrorAnswer = (error: MakimaError): string => {
  const body = JSON.stringify(errorBody(error));
  return [
    `HTTP/1.1 ${error.statusCode} ${STATUS_CODES[error.statusCode] ?? 'Error'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Makima-Error: ${headerMessage(error.message)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
};

/** Every code that any route can answer with: from the gate, the credentials, the framework. */
export const codesOfEveryRoute = [
  'MALFORMED_REQUEST',
  'HOST_NOT_ALLOWED',
  'ORIGIN_NOT_ALLOWED',
  'INTERNAL',
] as const satisfies readonly (keyof typeof errorTable)[];
