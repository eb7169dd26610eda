import type { TSchema } from '@sinclair/typebox';
import { stringify } from 'yaml';
import { namedSchemas } from '../../../schemas/index.ts';
import { commandSchemas, isCommandName } from '../../../schemas/websocket/commands.ts';
import { SocketHeaders, SocketQuery } from '../../../schemas/websocket/handshake.ts';
import { answers, messageSchemas } from '../../../schemas/websocket/messages.ts';
import { isObject } from '../is-object.ts';

const description = `Commands and events of a makima daemon, as JSON in frames of text over one WebSocket. docs/websocket.md tells how to use it.

Every command has a \`requestId\` of its caller's, and its answer has the same. A command does what a route does, and fails with its
codes, as \`error\`. Events are sent without being asked for, each with an \`eventId\`: a handshake with it as \`after\` goes on behind it.`;

const channel = '#/channels/mesh';
const messageRef = (name: string) => ({ $ref: `${channel}/messages/${name}` });
const mapValues = <T, U>(object: Readonly<Record<string, T>>, make: (value: T, name: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, make(value, name)]));

/** A schema as the document has it, where named ones are components; and which those are. */
const embedded = (schema: TSchema, used: Set<string>): unknown =>
  JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string') return key === '$id' ? undefined : value;
    const name = value.replace(/#$/, '');
    used.add(name);
    return `#/components/schemas/${name}`;
  });

/** The named schemas that are used, and those that they use. */
const components = (used: Set<string>): Record<string, unknown> => {
  const found: Record<string, unknown> = {};
  // A set goes on with what is added to it meanwhile.
  for (const name of used) {
    const schema = namedSchemas.find(({ $id }) => $id === name);
    if (!schema) throw new Error(`There is no schema ${name}`);
    found[name] = embedded(schema, used);
  }
  return found;
};

const titleOf = (schema: TSchema): string => schema.description ?? '';

const message = (schema: TSchema, name: string, used: Set<string>) => {
  const properties: unknown = schema['properties'];
  return {
    name,
    summary: titleOf(schema),
    ...(isObject(properties) && 'requestId' in properties ? { correlationId: { location: '$message.payload#/requestId' } } : {}),
    payload: embedded(schema, used),
  };
};

/** What the daemon takes: one operation a command, with what answers it. */
const commandOperations = mapValues(commandSchemas, (schema: TSchema, name) => ({
  action: 'receive',
  channel: { $ref: channel },
  summary: titleOf(schema),
  messages: [messageRef(name)],
  reply: { channel: { $ref: channel }, messages: [isCommandName(name) ? answers[name] : '', 'error'].map(messageRef) },
}));

const told = {
  greet: { summary: 'The first frame', messages: ['authenticated'] },
  tellEvents: {
    summary: 'What happens to tasks, as far as the caller may see them and the handshake asked for it',
    messages: ['taskOutput', 'taskStatusChange', 'taskComplete', 'registerToolKey'],
  },
  tellFailure: { summary: 'What no command asked for fails, such as events that are gone; the close follows', messages: ['error'] },
};

/** The daemon's WebSocket as an AsyncAPI document, from the schemas of its frames. */
export const asyncapi = ({ version, basePath }: { version: string; basePath: string }): object => {
  const used = new Set<string>();
  const all: Readonly<Record<string, TSchema>> = { ...commandSchemas, ...messageSchemas };
  const messages = mapValues(all, (schema, name) => message(schema, name, used));
  const query = embedded(SocketQuery, used);
  const headers = embedded(SocketHeaders, used);
  return {
    asyncapi: '3.1.0',
    id: 'urn:makima:websocket',
    info: { title: 'makima', version, description, license: { name: 'MIT' }, tags: [{ name: 'makima' }] },
    defaultContentType: 'application/json',
    servers: {
      daemon: {
        host: '127.0.0.1:8080',
        ...(basePath === '' ? {} : { pathname: basePath }),
        protocol: 'ws',
        description: 'The daemon, where nothing else is set; a connection to its unix socket needs no credential',
        security: [{ $ref: '#/components/securitySchemes/ownerToken' }, { $ref: '#/components/securitySchemes/toolKey' }],
      },
    },
    channels: {
      mesh: {
        address: '/api/v1/mesh/ws',
        description:
          'A browser, which sets no headers, offers the protocols `makima.v1` and `makima.token.<base64url of the token>` or `makima.key.<base64url of the tool key>`',
        messages: mapValues(all, (_schema, name) => ({ $ref: `#/components/messages/${name}` })),
        bindings: { ws: { method: 'GET', query, headers, bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      ...commandOperations,
      ...mapValues(told, (each) => ({ action: 'send', channel: { $ref: channel }, ...each, messages: each.messages.map(messageRef) })),
    },
    components: {
      messages,
      schemas: components(used),
      securitySchemes: {
        ownerToken: { type: 'http', scheme: 'bearer', description: 'The token in $MAKIMA_HOME/token: everything' },
        toolKey: {
          type: 'httpApiKey',
          in: 'header',
          name: 'X-Makima-Tool-Key',
          description: "A task's own key: that task and its descendants",
        },
      },
    },
  };
};

/** The document as the text that asyncapi.yaml holds and `GET /asyncapi.yaml` answers. */
export const asyncapiYaml = (of: { version: string; basePath: string }): string =>
  `# Generated from schemas/websocket/ by \`npm run openapi\`. Do not edit.\n${stringify(asyncapi(of), { aliasDuplicateObjects: false, lineWidth: 0 })}`;
