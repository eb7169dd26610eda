import swagger from '@fastify/swagger';
import { stringify } from 'yaml';
import type { Api } from '../api.ts';
import { isObject } from '../is-object.ts';
import { plugin } from '../plugin.ts';
import { describeOperations } from './describe-operations.ts';
import { documented } from './documented-route.ts';
import { operationTexts } from './operations/index.ts';
import { postedToWebhooks } from './operations/webhooks.ts';
import { shareResponses } from './shared-responses.ts';

const description = `What a makima daemon does, over HTTP.

A call needs a credential: the owner's token from \`$MAKIMA_HOME/token\`, a tool key, or a connection to the unix socket
\`$MAKIMA_HOME/makima.sock\` (\`daemon.json\` there says where it is, where that path is too long for a socket), on which the owner needs no header.

Every answer other than a success has the body \`Error\`, whose \`code\` is stable, and its message percent-encoded in the
header \`X-Makima-Error\`. Besides the codes of each operation there are \`ROUTE_NOT_FOUND\` (404) and \`METHOD_NOT_ALLOWED\`
(405), and \`REQUEST_TIMEOUT\` (408) and \`HEADERS_TOO_LARGE\` (431) where no request could be read.
docs/errors.md tells what to do about each.

Bodies are JSON or \`application/x-www-form-urlencoded\` with the same field names; a JSON object that is sent under the latter
type, as by \`curl --data\`, is read as JSON. Where an answer has a \`text/plain\`
form, \`Accept: text/plain\` asks for it. Answers of 16 KB and more are compressed as \`Accept-Encoding\` asks, streams never. An answer that is a stream is a text here; \`x-itemSchema\`, which OpenAPI 3.2 calls
\`itemSchema\`, is the shape of each of its items. docs/api.md tells how clients are generated from this document.

\`/api/v1/mesh/ws\` is a WebSocket with the same commands and events; \`/asyncapi.yaml\` describes its frames. \`/mcp\` has the same as tools for
agents, by the Model Context Protocol; docs/mcp.md tells which.`;

/** Its paths are those below the base path: @fastify/swagger takes a server's path off them. */
const document = (version: string, basePath: string) => ({
  openapi: '3.1.0',
  info: {
    title: 'makima',
    version,
    description,
    contact: { name: 'Whoever runs this daemon' },
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: basePath === '' ? '/' : basePath, description: 'The daemon that serves this document' }],
  tags: [
    { name: 'Tasks', description: 'Make tasks, read, change and delete them' },
    { name: 'Control', description: 'Start, stop, speak to and wait for a task' },
    { name: 'Approvals', description: 'What agents ask: whether they may use a tool, what their user thinks' },
    { name: 'Worktree', description: 'What a task has changed, and where' },
    { name: 'Merge', description: "Bring the work of subtasks into a task's worktree" },
    { name: 'Completion', description: "Bring a task's work into a repository of yours" },
    { name: 'Output', description: 'What an agent said and did, and everything that happens' },
    { name: 'Tool keys', description: "Keys that open one task's tree" },
    { name: 'Webhooks', description: 'Have events posted to a server' },
    { name: 'Service', description: 'The daemon itself' },
  ],
  webhooks: postedToWebhooks,
  components: {
    securitySchemes: {
      ownerToken: { type: 'http' as const, scheme: 'bearer', description: 'The token in $MAKIMA_HOME/token: everything' },
      toolKey: {
        type: 'apiKey' as const,
        in: 'header' as const,
        name: 'X-Makima-Tool-Key',
        description: "A task's own key: that task and its descendants",
      },
    },
  },
  security: [{ ownerToken: [] }, { toolKey: [] }],
});

/** A body of which nothing is required need not be sent; @fastify/swagger calls every body required. */
const relaxBodies = (value: unknown, schemas: Record<string, unknown>): void => {
  if (!isObject(value)) return;
  const body = value['requestBody'];
  if (isObject(body)) {
    const json = isObject(body['content']) ? body['content']['application/json'] : undefined;
    const schema = isObject(json) ? json['schema'] : undefined;
    const reference = isObject(schema) ? schema['$ref'] : undefined;
    const named = typeof reference === 'string' ? schemas[reference.split('/').at(-1) ?? ''] : schema;
    if (isObject(named) && !Array.isArray(named['required']) && named['minProperties'] === undefined) body['required'] = false;
  }
  for (const inner of Object.values(value)) relaxBodies(inner, schemas);
};

/** Collects the document from the routes that are added after it: `/openapi.json` and `/docs` show it. */
export const openapi = plugin<{ version: string; basePath: string }>(
  { name: 'openapi', dependencies: [] },
  async (app, { version, basePath }) => {
    await app.register(swagger, {
      openapi: document(version, basePath),
      refResolver: {
        buildLocalReference: (json, _base, _fragment, index) => (typeof json['$id'] === 'string' ? json['$id'] : `Schema${index}`),
      },
      transform: documented,
      transformObject: (collected) => {
        if (!('openapiObject' in collected)) throw new Error('The document is no OpenAPI 3 document');
        const { openapiObject } = collected;
        const { paths = {}, components } = openapiObject;
        const schemas = isObject(components?.schemas) ? components.schemas : {};
        relaxBodies(paths, schemas);
        describeOperations(paths, schemas, operationTexts);
        Object.assign((openapiObject.components ??= {}), { responses: shareResponses(paths) });
        return openapiObject;
      },
    });
  },
);

/** The document for who reaches the daemon by a proxy: its server is below what that takes off the front of the path. */
export const seenFrom = <T extends object>(document: T, outerPath: string): T => {
  const servers: unknown = Reflect.get(document, 'servers');
  if (outerPath === '' || !Array.isArray(servers)) return document;
  const seen = servers.map((server: unknown) =>
    isObject(server) ? { ...server, url: outerPath + String(server['url']).replace(/\/$/, '') } : server,
  );
  return { ...document, servers: seen };
};

/** The document as the text that openapi.yaml holds and `GET /openapi.yaml` answers. */
export const openapiYaml = (app: Api, outerPath = ''): string =>
  `# Generated from schemas/ and routes/ by \`npm run openapi\`. Do not edit.\n${stringify(seenFrom(app.swagger(), outerPath), { aliasDuplicateObjects: false, lineWidth: 0 })}`;
