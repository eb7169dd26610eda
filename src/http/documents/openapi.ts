import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { stringify } from 'yaml';
import type { Api } from '../api.ts';
import { isObject } from '../is-object.ts';
import { documented } from './documented-route.ts';
import { shareResponses } from './shared-responses.ts';

const description = `What a makima daemon does, over HTTP.

A call needs a credential: the owner's token from \`$MAKIMA_HOME/token\`, a tool key, or a connection to the unix socket
\`$MAKIMA_HOME/makima.sock\`, on which the owner needs no header.

Every answer other than a success has the body \`Error\`, whose \`code\` is stable, and its message percent-encoded in the
header \`X-Makima-Error\`. Besides the codes of each operation there are \`ROUTE_NOT_FOUND\` (404) and \`METHOD_NOT_ALLOWED\`
(405), and \`REQUEST_TIMEOUT\` (408) and \`HEADERS_TOO_LARGE\` (431) where no request could be read.
docs/errors.md tells what to do about each.

Bodies are JSON or \`application/x-www-form-urlencoded\` with the same field names. Where an answer has a \`text/plain\`
form, \`Accept: text/plain\` asks for it.`;

const document = (version: string) => ({
  openapi: '3.1.0',
  info: { title: 'makima', version, description, license: { name: 'MIT', identifier: 'MIT' } },
  servers: [{ url: '/', description: 'The daemon that serves this document' }],
  tags: [
    { name: 'Tasks', description: 'Make tasks, read, change and delete them' },
    { name: 'Control', description: 'Start, stop, speak to and wait for a task' },
    { name: 'Worktree', description: 'What a task has changed, and where' },
    { name: 'Merge', description: "Bring the work of subtasks into a task's worktree" },
    { name: 'Output', description: 'What an agent said and did, and everything that happens' },
    { name: 'Tool keys', description: "Keys that open one task's tree" },
    { name: 'Service', description: 'The daemon itself' },
  ],
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

/** `/openapi.json` and `/docs` read the document that this collects from the routes added after it. */
export const collectOpenapi = async (app: Api, version: string): Promise<void> => {
  await app.register(swagger, {
    openapi: document(version),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => (typeof json['$id'] === 'string' ? json['$id'] : `Schema${index}`),
    },
    transform: documented,
    transformObject: (collected) => {
      if (!('openapiObject' in collected)) throw new Error('The document is no OpenAPI 3 document');
      const { openapiObject } = collected;
      const { paths = {}, components } = openapiObject;
      relaxBodies(paths, isObject(components?.schemas) ? components.schemas : {});
      Object.assign((openapiObject.components ??= {}), { responses: shareResponses(paths) });
      return openapiObject;
    },
  });
};

/** The document as the text that openapi.yaml holds and `GET /openapi.yaml` answers. */
export const openapiYaml = (app: Api): string =>
  `# Generated from schemas/ and routes/ by \`npm run openapi\`. Do not edit.\n${stringify(app.swagger(), { aliasDuplicateObjects: false, lineWidth: 0 })}`;

/** Serves the document to look at and try out. Its page and all that the page loads need no credential. */
export const serveDocs = async (app: Api): Promise<void> => {
  await app.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: { docExpansion: 'list', deepLinking: true, displayRequestDuration: true, tryItOutEnabled: true },
      staticCSP: true,
      // On a host other than loopback the page would ask for its own scripts over https, which nobody serves.
      transformStaticCSP: (header) =>
        header.replace('upgrade-insecure-requests;', '').replaceAll('https:', '').replace('validator.swagger.io', ''),
    });
  });
};
