/** `makima mcp`, as the settings of an agent start it: the protocol's own client over its streams, and a daemon that is killed meanwhile. */
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import t from 'tap';
import { scratch } from '../../support/daemon.ts';
import { spawnDaemon } from '../../support/daemon-process.ts';
import { commandLine, environment, runCommand } from './run-command.ts';

const line = (message: object): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
const answers = (out: string): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each));

void t.test('on a daemon that comes, dies and comes again', async (t) => {
  const home = scratch(t);
  const [program, ...words] = commandLine;
  const listTasks = line({ id: 'a', method: 'tools/call', params: { name: 'list_tasks', arguments: {} } });
  const none = await runCommand(home, ['mcp'], { input: listTasks });
  t.match(
    answers(none.out),
    [{ id: 'a', error: { code: -32000, message: /No makima daemon runs on .*makima serve/ } }],
    'none is there yet',
  );

  const daemon = await spawnDaemon(t, home, 'forever');
  const clients: Client[] = [];
  for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
    const client = new Client({ name: 'a-client', version: '1.0.0' }, { versionNegotiation: { mode } });
    await client.connect(
      new StdioClientTransport({ command: program, args: [...words, 'mcp'], env: environment(home), stderr: 'inherit' }),
    );
    t.teardown(() => client.close());
    clients.push(client);
    t.match(client.getServerVersion(), { name: 'makima' });
    t.ok((await client.listTools()).tools.some(({ name }) => name === 'wait_for_tasks'));
  }
  const [older, newer] = clients;
  if (!older || !newer) throw new Error('there are two');
  const made = await older.callTool({ name: 'create_task', arguments: { name: 'Ü', plan: 'stay', start: true } });
  t.match(made.structuredContent, { task: { name: 'Ü' } });
  const [task] = (await daemon.call<{ items: { id: string }[] }>('GET', '/tasks')).body.items;
  const wait = { name: 'wait_for_tasks', arguments: { taskIds: [task?.id ?? ''], seconds: 600 } };

  const left = new AbortController();
  const leaving = newer.callTool(wait, { signal: left.signal });
  left.abort();
  await t.rejects(leaving);
  t.match(await newer.callTool({ name: 'show_task', arguments: { taskId: task?.id ?? '' } }), {
    structuredContent: { task: { plan: 'stay' } },
  });

  const refusal = await newer.callTool({ name: 'show_task', arguments: { taskId: '00000000-0000-4000-8000-000000000000' } });
  t.match(refusal, { isError: true, structuredContent: { code: 'TASK_NOT_FOUND' } });

  const broken = clients.map((client) => client.callTool(wait, { timeout: 600_000 }));
  const settled = Promise.allSettled(broken);
  await daemon.kill('SIGKILL');
  for (const each of await settled)
    t.match(each, { status: 'rejected', reason: { message: /^The connection to .* broke before the answer was there/ } });
  const next = await spawnDaemon(t, home, 'forever');
  for (const client of clients)
    t.match(await client.callTool({ name: 'list_tasks', arguments: {} }), { structuredContent: { tasks: [{ name: 'Ü' }] } });
  await next.call('POST', `/tasks/${task?.id ?? ''}/stop`);

  const { out, code } = await runCommand(home, ['mcp'], {
    input: `no json\n\n${line({ method: 'notifications/initialized' })}${listTasks}`,
  });
  t.equal(code, 0, 'it ends with its input, when all is answered');
  t.match(
    answers(out).toSorted((one) => (JSON.stringify(one).includes('-32700') ? -1 : 1)),
    [
      { id: null, error: { code: -32700 } },
      { id: 'a', result: { structuredContent: { tasks: [{ name: 'Ü' }] } } },
    ],
  );
});
