import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import buildValidator from '@fastify/ajv-compiler';
import t from 'tap';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { errorTable } from '../../src/error-table.ts';
import { routes } from '../../routes/index.ts';
import type { ResourceRoutes } from '../../src/http/api.ts';
import { codesOf, errorResponses } from '../../src/http/documents/documented-route.ts';
import { errorsPage } from '../../src/http/documents/errors-page.ts';
import { operationTexts } from '../../src/http/documents/operations/index.ts';
import { validatorOptions } from '../../src/http/requests/validation.ts';
import { taskId } from './recorded-actions.ts';
import { apiTypes } from '../../scripts/api-types.ts';
import { serve } from './serve.ts';

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string }[];
  requestBody?: { required: boolean; content: Record<string, unknown> };
  responses: Record<string, Response>;
}

interface Response {
  description: string;
  content?: Record<string, { schema: { allOf?: [unknown, { properties: { code: { enum: string[] } } }] } }>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { required?: string[] }>; responses: Record<string, Response> };
}

const file = (name: string): Promise<string> => readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
const remedy = 'run `npm run openapi` and commit what it changes';

/** The contract's rows, as far as they are served. */
const rows = [
  'POST /tasks',
  'GET /tasks',
  'GET /tasks/{taskId}',
  'PUT /tasks/{taskId}',
  'DELETE /tasks/{taskId}',
  'GET /tasks/{taskId}/subtasks',
  'GET /tasks/{taskId}/tree',
  'POST /tasks/{taskId}/start',
  'POST /tasks/{taskId}/stop',
  'POST /tasks/{taskId}/pause',
  'POST /tasks/{taskId}/resume',
  'POST /tasks/{taskId}/messages',
  'POST /tasks/{taskId}/sibling-context',
  'GET /tasks/{taskId}/wait',
  'GET /tasks/{taskId}/worktree',
  'GET /tasks/{taskId}/diff',
  'POST /tasks/{taskId}/worktree/clone',
  'GET /targets/exists',
  'GET /tasks/{taskId}/events',
  'GET /events',
  'GET /tasks/{taskId}/output',
  'POST /tasks/{taskId}/tool-keys',
  'GET /tasks/{taskId}/tool-keys',
  'DELETE /tasks/{taskId}/tool-keys/{keyId}',
  'GET /info',
]
  .map((row) => row.replace(' ', ' /api/v1/mesh'))
  .concat('GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /openapi.json', 'GET /openapi.yaml', 'GET /asyncapi.yaml');

/** What a reference in the document stands for. */
const resolved = (document: Document, response: Response | { $ref: string }): Response => {
  if (!('$ref' in response)) return response;
  const found = document.components.responses[response.$ref.replace('#/components/responses/', '')];
  if (!found) throw new Error(`${response.$ref} leads nowhere`);
  return found;
};

const operations = (document: Document): [row: string, operation: Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      {
        ...operation,
        responses: Object.fromEntries(
          Object.entries(operation.responses).map(([status, response]) => [status, resolved(document, response)]),
        ),
      },
    ]),
  );

void t.test('openapi.yaml and docs/errors.md are what the code makes, and what is served', async (t) => {
  const { url } = await serve(t, { version: packageJson.version });
  const text = await file('openapi.yaml');
  const served = await fetch(`${url}/openapi.yaml`);
  t.match(served.headers.get('content-type'), /^application\/yaml/);
  t.ok((await served.text()) === text, remedy);
  t.strictSame(await (await fetch(`${url}/openapi.json`)).json(), parse(text));
  t.ok((await file('docs/errors.md')) === errorsPage(), remedy);
});

void t.test('the document has every path of the contract and says all there is to say of each', async (t) => {
  const document = parse(await file('openapi.yaml')) as Document;
  t.match(document.openapi, /^3\.1\./);
  const found = operations(document);
  for (const row of rows)
    t.ok(
      found.some(([name]) => name === row),
      row,
    );
  t.equal(new Set(found.map(([, { operationId }]) => operationId)).size, found.length, 'operation ids are unique');
  for (const [row, operation] of found) {
    t.ok(operation.summary && operation.tags.length === 1, row);
    const open = ['/healthz', '/readyz', '/openapi.json', '/openapi.yaml', '/asyncapi.yaml'].includes(row.split(' ')[1] ?? '');
    t.equal(open, operation.security?.length === 0, `${row} is ${open ? 'open' : 'closed'}`);
    t.equal(open, !('401' in operation.responses), row);
    for (const [status, response] of Object.entries(operation.responses)) {
      const codes = response.content?.['application/json']?.schema.allOf?.[1].properties.code.enum ?? [];
      t.equal(codes.length > 0, Number(status) >= 400, `${row} ${status} names its codes`);
      for (const code of codes) {
        t.equal(Object.entries(errorTable).find(([name]) => name === code)?.[1].status, Number(status), `${row}: ${code} is a ${status}`);
        t.ok(response.description.includes(code));
      }
    }
    if (operation.requestBody)
      t.strictSame(Object.keys(operation.requestBody.content), ['application/json', 'application/x-www-form-urlencoded'], row);
  }
  const body = (row: string): boolean | undefined => found.find(([name]) => name === `POST /api/v1/mesh${row}`)?.[1].requestBody?.required;
  t.strictSame([body('/tasks'), body('/tasks/{taskId}/stop'), body('/tasks/{taskId}/tool-keys')], [true, false, false]);
  const create = found.find(([name]) => name === 'POST /api/v1/mesh/tasks')?.[1];
  t.ok(create?.parameters?.some(({ name, in: where }) => where === 'header' && name === 'idempotency-key'));
});

void t.test('each operation answers with every failure that its route can have, wherever the document holds it', async (t) => {
  const expected = new Map<string, unknown>();
  const collect: ResourceRoutes = (api) =>
    api.addHook('onRoute', (route) => {
      const { operationId } = route.schema ?? {};
      if (operationId !== undefined && route.method !== 'HEAD')
        expected.set(
          operationId,
          JSON.parse(JSON.stringify(errorResponses(codesOf(route))).replaceAll('Error#', '#/components/schemas/Error')),
        );
    });
  await serve(t, {
    routes: {
      mesh: [collect, ...routes.mesh],
      mcp: [collect, ...routes.mcp],
      probes: [collect, ...routes.probes],
      metrics: [collect, ...routes.metrics],
      documents: [collect, ...routes.documents],
    },
  });
  const found = operations(parse(await file('openapi.yaml')) as Document);
  t.ok(found.length > 35);
  for (const [row, { operationId, responses }] of found) {
    const failures = Object.entries(responses).filter(([status]) => Number(status) >= 400);
    t.strictSame(Object.fromEntries(failures), expected.get(operationId), row);
  }
});

interface Media {
  schema: object;
  example?: unknown;
  examples?: Record<string, { summary?: string; value: unknown }>;
  encoding?: Record<string, unknown>;
}

/** Every media type of what is sent and answered, with what stands in the document above it. */
const mediaTypes = (document: Document): [place: string, media: Media][] =>
  operations(document).flatMap(([row, { requestBody, responses }]) =>
    [
      ['asked', { content: requestBody?.content ?? {} }] as const,
      ...Object.entries(responses).map(([status, response]) => [status, response] as const),
    ].flatMap(([name, { content = {} }]) =>
      Object.entries(content).map(([type, media]): [string, Media] => [`${row} ${name} ${type}`, media as Media]),
    ),
  );

const examplesOf = ({ example, examples }: Media): unknown[] =>
  example === undefined ? Object.values(examples ?? {}).map(({ value }) => value) : [example];

void t.test('every operation is described, and has examples of all that it is sent and answers, which fit their schemas', async (t) => {
  const document = parse(await file('openapi.yaml')) as Document & { tags: { name: string }[] };
  const named = JSON.parse(JSON.stringify(document.components.schemas).replaceAll(/"#\/components\/schemas\/(\w+)"/g, '"$1#"'));
  const validator = buildValidator()(
    Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, { $id: name, ...Object(schema) }])),
    { customOptions: validatorOptions },
  );
  const names = new Set(document.tags.map(({ name }) => name));
  for (const [row, { description, tags }] of operations(document) as [string, Operation & { description?: string }][]) {
    t.ok(description, `${row} is described: src/http/documents/operations`);
    t.ok(
      tags.every((tag) => names.has(tag)),
      `${row} has a tag that is described`,
    );
  }
  t.strictSame(
    Object.keys(operationTexts).sort(),
    operations(document)
      .map(([, { operationId }]) => operationId)
      .sort(),
    'a text for each operation, and no other',
  );
  const looked = new Set<string>();
  for (const [place, { schema, ...media }] of mediaTypes(document)) {
    const examples = examplesOf({ schema, ...media });
    if (examples.length === 0) t.fail(`${place} has no example: src/http/documents/operations`);
    // Most are shared.
    const key = JSON.stringify([schema, examples]);
    if (looked.has(key)) continue;
    looked.add(key);
    const validate = validator({ schema: JSON.parse(JSON.stringify(schema).replaceAll(/"#\/components\/schemas\/(\w+)"/g, '"$1#"')) });
    for (const example of examples) t.ok(validate(example), `${place}: ${JSON.stringify(validate.errors)}`);
  }
});

interface Schema {
  $ref?: string;
  description?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
}

/** The fields of a schema that nothing is said of. One that has a single value says it. */
const undescribed = (schema: Schema, place: string): string[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
    ...(inner.description !== undefined || inner.$ref !== undefined || inner.enum?.length === 1 ? [] : [`${place}.${name}`]),
    ...undescribed(inner, `${place}.${name}`),
  ]),
  ...[schema.items ?? [], schema.allOf ?? [], schema.anyOf ?? []].flat().flatMap((inner) => undescribed(inner, place)),
];

void t.test('every shape, field and parameter is described', async (t) => {
  const document = parse(await file('openapi.yaml')) as Document;
  const shapes = Object.entries(document.components.schemas as Record<string, Schema>);
  t.strictSame(
    shapes.flatMap(([name, schema]) => [...(schema.description === undefined ? [name] : []), ...undescribed(schema, name)]),
    [],
  );
  for (const [row, { parameters = [] }] of operations(document))
    t.strictSame(
      parameters.flatMap((each) => ('description' in each ? [] : [each.name])),
      [],
      row,
    );
  t.strictSame(undescribed({ properties: { a: { items: { properties: { b: {} } } } } }, 'x'), ['x.a', 'x.a.b'], 'what is missing is found');
});

void t.test('a stream is a text, and says what its items are', async (t) => {
  const document = parse(await file('openapi.yaml')) as Document;
  const streams = mediaTypes(document).filter(([place]) => /(event-stream|x-ndjson)$/.test(place));
  t.ok(streams.length > 2);
  for (const [place, media] of streams)
    t.match(media, { schema: { type: 'string' }, 'x-itemSchema': { $ref: /^#\/components\/schemas\/(Output|Stream)?Event$/ } }, place);
});

/** A value in a form, where an object is JSON. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

void t.test('what the document has as an example of a request is taken as it is, as JSON and as a form', async (t) => {
  const { call } = await serve(t);
  const document = parse(await file('openapi.yaml')) as Document;
  let sent = 0;
  for (const [row, { requestBody }] of operations(document)) {
    const [method = '', path = ''] = row.split(' ');
    for (const [type, media] of Object.entries(requestBody?.content ?? {})) {
      for (const body of examplesOf(media as Media) as Record<string, unknown>[]) {
        const pairs = Object.entries(body).flatMap(([name, value]) => [value].flat().map((item): [string, string] => [name, textOf(item)]));
        // A form has no null.
        if (type !== 'application/json' && Object.values(body).includes(null)) continue;
        const { status } = await call(path.replace(/\{\w+\}/g, taskId), {
          method,
          headers: { 'content-type': type },
          body: type === 'application/json' ? JSON.stringify(body) : new URLSearchParams(pairs).toString(),
        });
        t.ok(status < 300, `${row} ${type} ${JSON.stringify(body)}: ${status}`);
        sent += 1;
      }
    }
  }
  t.ok(sent > 30);
});

void t.test('a form says how it sends a list', async (t) => {
  const document = parse(await file('openapi.yaml')) as Document;
  const form = document.paths['/api/v1/mesh/tasks']?.['post']?.requestBody?.content['application/x-www-form-urlencoded'];
  t.match(form, { encoding: { copyFiles: { style: 'form', explode: true }, dependsOn: { style: 'form', explode: true } } });
});

void t.test('a client can be made from the document, and the types of ours are what it makes', async (t) => {
  const types = await apiTypes(await file('openapi.yaml'));
  t.ok((await file('clients/typescript/contract.d.ts')) === types, remedy);
  for (const name of ['createTask', 'followTask', 'TaskTree', 'SUBTASKS_NOT_INTEGRATED']) t.ok(types.includes(name), name);
});

void t.test('docs/warnings.md has a row for each warning that there is, and no other', async (t) => {
  const sources = await Promise.all(globSync('src/**/*.ts', { cwd: new URL('../..', import.meta.url) }).map(file));
  const codes = new Set(sources.flatMap((text) => [...text.matchAll(/\{\s+code: '([A-Z_]+)',\s+message\b/g)].map(([, code]) => code)));
  t.ok(codes.size > 5);
  t.same([...(await file('docs/warnings.md')).matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code).sort(), [...codes].sort());
});
