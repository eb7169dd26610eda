import { isUtf8 } from 'node:buffer';
import type { FastifyRequest, preValidationHookHandler } from 'fastify';
import { MakimaError, messageOf } from '../../errors.ts';
import { isObject } from '../is-object.ts';
import { plugin } from '../plugin.ts';
import { formValues, readPairs } from './form-values.ts';

/** A form as it came: only the route's schema knows what its texts stand for. */
class Form {
  readonly pairs: Readonly<Record<string, string | string[]>>;
  constructor(pairs: Readonly<Record<string, string | string[]>>) {
    this.pairs = pairs;
  }
}

const utf8 = new TextDecoder();

const decode = (bytes: Buffer): string | null => (isUtf8(bytes) ? utf8.decode(bytes) : null);

/** Where it stops to be JSON, in words; what follows is left out, since it is the caller's own text. */
export const whereBroken = (text: string): string => {
  try {
    JSON.parse(text);
    return ': a key in it is not allowed';
  } catch (error) {
    const position = /at position (\d+)/.exec(messageOf(error))?.[1];
    return position === undefined || Number(position) >= text.length ? ': it ends too early' : ` from character ${Number(position) + 1} on`;
  }
};

/** No field of ours begins with a brace: curl's `--data` says that it is a form, also where it is given JSON. */
const looksLikeObject = (bytes: Buffer): boolean => /^\s*\{/.test(bytes.toString('utf8', 0, 100));

const findProperties = (request: FastifyRequest, part: unknown): Record<string, object> => {
  const schema = isObject(part) && typeof part['$ref'] === 'string' ? request.server.getSchema(part['$ref'].replace(/#$/, '')) : part;
  const properties = isObject(schema) ? schema['properties'] : undefined;
  return isObject(properties)
    ? Object.fromEntries(Object.entries(properties).filter((entry): entry is [string, object] => isObject(entry[1])))
    : {};
};

/** The `properties` of a schema of a route, through the name it is referred to by. They are looked for once. */
const propertiesOf = (request: FastifyRequest, part: unknown): Record<string, object> => {
  if (!isObject(part)) return {};
  const known = properties.get(part) ?? findProperties(request, part);
  properties.set(part, known);
  return known;
};
const properties = new WeakMap<object, Record<string, object>>();

/**
 * Bodies: JSON and forms with the same field names, nothing else. Both are read as bytes, since reading them as text makes
 * Fastify count three bytes for one that is not UTF-8 and refuse the request for its length. No body at all is an empty
 * object, also with `Content-Type: application/json`, so that a schema can say what is missing. A query is read as a form is.
 */
export const readRequests = plugin({ name: 'read-requests', dependencies: [] }, (app) => {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  const readJson = (request: FastifyRequest, bytes: Buffer, done: (error: Error | null, body?: unknown) => void): void => {
    const text = decode(bytes);
    if (text === null) done(new MakimaError('VALIDATION_FAILED', 'The body is not UTF-8'));
    else
      void parseJson(request, text, (error, body) =>
        error === null
          ? done(null, body)
          : done(new MakimaError('VALIDATION_FAILED', `The body is no valid JSON${whereBroken(text)}`, { cause: error })),
      );
  };
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) done(null, undefined);
    else readJson(request, bytes, done);
  });
  app.addContentTypeParser<Buffer>('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (looksLikeObject(bytes)) readJson(request, bytes, done);
    else done(null, new Form(readPairs(bytes.toString('utf8'))));
  });

  const convert: preValidationHookHandler = (request, _reply, done) => {
    const { schema } = request.routeOptions;
    if (request.body instanceof Form) request.body = formValues(request.body.pairs, propertiesOf(request, schema?.body));
    else if (request.body === undefined && schema?.body !== undefined) request.body = {};
    if (schema?.querystring !== undefined && isObject(request.query))
      request.query = formValues(request.query, propertiesOf(request, schema.querystring));
    done();
  };
  app.addHook('onRoute', (route) => {
    // Fastify reads no body of these, and without a query there is nothing to convert.
    if ([route.method].flat().every((method) => method === 'GET' || method === 'HEAD') && route.schema?.querystring === undefined) return;
    route.preValidation = [convert, ...[route.preValidation ?? []].flat()];
  });
});
