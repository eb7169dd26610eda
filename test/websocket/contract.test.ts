/** The frames, asyncapi.yaml, what is served and the page in docs say the same. */
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { commandSchemas } from '../../schemas/websocket/commands.ts';
import { SocketQuery, socketEventTypes } from '../../schemas/websocket/handshake.ts';
import { answers, messageSchemas } from '../../schemas/websocket/messages.ts';
import { asyncapiYaml } from '../../src/http/documents/asyncapi.ts';
import { serve } from '../http/serve.ts';

interface Frame {
  description?: string;
  required?: string[];
  properties: Record<string, unknown>;
}
interface Operation {
  action: string;
  messages: { $ref: string }[];
  reply?: { messages: { $ref: string }[] };
}
interface Document {
  channels: { mesh: { address: string; messages: Record<string, { $ref: string }> } };
  operations: Record<string, Operation>;
  components: { messages: Record<string, { payload: Frame }>; schemas: Record<string, unknown> };
}

const file = (name: string): Promise<string> => readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
const frames: Readonly<Record<string, Frame>> = { ...commandSchemas, ...messageSchemas };
const commandNames = Object.keys(commandSchemas);
const messageNames = Object.keys(messageSchemas);

/** The names of the contract. */
const promised =
  'spawnTask, pauseTask, resumeTask, interruptTask, sendMessage, injectSiblingContext, listBranches, mergeStart, mergeStatus, mergeResolve, mergeCommit, mergeAbort, mergeSkip, checkMergeComplete, retryCompletionAction, cloneWorktree, checkTargetExists, authenticated, taskOutput, taskStatusChange, taskComplete, registerToolKey, branchList, mergeResult, mergeStatusResponse, mergeCompleteCheck, completionActionResult, cloneWorktreeResult, checkTargetExistsResult, error'.split(
    ', ',
  );

void t.test('asyncapi.yaml is what the schemas make, and what is served', async (t) => {
  const text = await file('asyncapi.yaml');
  t.ok(text === asyncapiYaml({ version: packageJson.version, basePath: '' }), 'run `npm run openapi` and commit what it changes');
  const { url } = await serve(t, { version: packageJson.version });
  const served = await fetch(`${url}/asyncapi.yaml`);
  t.match(served.headers.get('content-type'), /^application\/yaml/);
  t.ok((await served.text()) === text);
  const below = await serve(t, { version: packageJson.version, basePath: '/makima' });
  const document = parse(await (await fetch(`${below.url}/makima/asyncapi.yaml`)).text());
  t.equal(document.servers.daemon.pathname, '/makima');
});

void t.test('the document has every frame, and of every command what answers it', async (t) => {
  const { channels, operations, components }: Document = parse(await file('asyncapi.yaml'));
  for (const name of promised) t.ok(components.messages[name], name);
  t.strictSame(Object.keys(components.messages).sort(), Object.keys(frames).sort());
  t.strictSame(Object.keys(channels.mesh.messages).sort(), Object.keys(frames).sort());
  const names = (references: { $ref: string }[] = []): (string | undefined)[] => references.map(({ $ref }) => $ref.split('/').at(-1));
  for (const [name, answer] of Object.entries(answers)) {
    const operation = operations[name];
    t.strictSame(
      [operation?.action, names(operation?.messages), names(operation?.reply?.messages)],
      ['receive', [name], [answer, 'error']],
      name,
    );
  }
  const told = Object.values(operations).flatMap(({ action, messages, reply }) => [
    ...(action === 'send' ? names(messages) : []),
    ...names(reply?.messages),
  ]);
  t.strictSame([...new Set(told)].sort(), messageNames.sort());
  for (const [name, { payload }] of Object.entries(components.messages))
    t.strictSame(Object.keys(payload.properties), Object.keys(frames[name]?.properties ?? {}), name);
  for (const [, name = ''] of JSON.stringify([channels, operations, components]).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    t.ok(components.schemas[name], name);
});

/** The rows of the table that begins with this word: the cells of each. */
const table = (page: string, word: string): string[][] => {
  const lines = page.slice(page.indexOf(`| ${word} |`)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));
};
const unquoted = (cell = ''): string => cell.replaceAll('`', '');

/** As the page has them: in order, with a question mark where one may be left out. */
const fieldsOf = ({ properties, required = [] }: Frame): string =>
  Object.keys(properties)
    .filter((name) => name !== 'type' && name !== 'requestId')
    .map((name) => (required.includes(name) ? name : `${name}?`))
    .join(', ');

void t.test('docs/websocket.md has every frame with its fields, and the parameters of the address', async (t) => {
  const page = await file('docs/websocket.md');
  const paths: Record<string, Record<string, unknown>> = parse(await file('openapi.yaml')).paths;
  const commands = table(page, 'command');
  t.strictSame(
    commands.map(([name]) => unquoted(name)),
    commandNames,
  );
  for (const [name = '', fields, route = '', answer] of commands) {
    const command = Object.entries(commandSchemas).find(([each]) => each === unquoted(name));
    t.equal(unquoted(fields), command && fieldsOf(command[1]), name);
    const [method = '', path = ''] = unquoted(route).split(' ');
    t.ok(paths[`/api/v1/mesh${path}`]?.[method.toLowerCase()], route);
    t.equal(unquoted(answer), Object.entries(answers).find(([each]) => each === unquoted(name))?.[1], name);
  }
  const messages = table(page, 'message');
  t.strictSame(
    messages.map(([name]) => unquoted(name)),
    Object.keys(messageSchemas),
  );
  for (const [name = '', fields, description] of messages) {
    const message = Object.entries<Frame>(messageSchemas).find(([each]) => each === unquoted(name))?.[1];
    t.strictSame([unquoted(fields), description], [message && fieldsOf(message), message?.description], name);
  }
  t.strictSame(
    table(page, 'parameter').map(([name]) => unquoted(name)),
    Object.keys(SocketQuery.properties),
  );
  for (const type of socketEventTypes) t.ok(page.includes(`\`${type}\``), type);
});
