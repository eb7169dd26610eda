/** A client of the WebSocket over deaths of the daemon: no gap, no repeat. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { WebSocket } from 'ws';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Message } from '../../schemas/websocket/messages.ts';
import { scratch } from '../support/daemon.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { clientOf, connect, type Client } from './client.ts';

const placeOf = ({ frames }: Client): string => {
  const [first] = frames;
  const last = frames.findLast((frame): frame is Extract<Message, { eventId: string }> => 'eventId' in frame);
  return last?.eventId ?? (first?.type === 'authenticated' ? first.lastEventId : '');
};

/** What was told of a task, in order. */
const told = (clients: readonly Client[], taskId: string): number[] =>
  clients.flatMap(({ frames }) => frames.flatMap((frame) => ('eventId' in frame && frame.taskId === taskId ? [frame.id] : [])));

void t.test('killed again and again, and ended once, it is taken up where it was', async (t) => {
  const home = scratch(t);
  const until = join(home, 'go');
  let daemon: DaemonProcess = await spawnDaemon(t, home, 'counts');
  const authorization = `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}`;
  const clients: Client[] = [];
  const open = async (): Promise<Client> => {
    const before = clients.at(-1);
    const client = await connect(t, daemon.url, { query: before ? `?after=${placeOf(before)}` : '', headers: { authorization } });
    clients.push(client);
    await client.next('authenticated');
    return client;
  };
  const isLine =
    (n: number) =>
    ({ content }: { content: string }): boolean =>
      Number(/line (\d+) of/.exec(content)?.[1]) >= n;
  /** That line, or a later one: a client before may have had it already, since the agent goes on while the daemon is away. */
  const line = async (client: Client, n: number): Promise<void> => {
    const wasTold = clients.some(({ frames }) => frames.some((frame) => frame.type === 'taskOutput' && isLine(n)(frame)));
    if (!wasTold) await client.next('taskOutput', isLine(n));
  };

  // Killed before a single event has come.
  const first = await open();
  await daemon.kill('SIGKILL');
  t.equal((await first.closed).code, 1006);
  daemon = await spawnDaemon(t, home, 'counts');
  const { body: task } = await daemon.call('POST', '/tasks', { name: 'counts', plan: `COUNT: 400 EVERY: 5 UNTIL: ${until}`, start: true });

  for (const [signal, reached, code] of [
    ['SIGKILL', 20, 1006],
    ['SIGTERM', 120, 1001],
    ['SIGKILL', 220, 1006],
  ] as const) {
    const client = await open();
    await line(client, reached);
    await daemon.kill(signal);
    t.equal((await client.closed).code, code, signal);
    daemon = await spawnDaemon(t, home, 'counts');
  }

  // The last one over the unix socket.
  const { socket } = JSON.parse(readFileSync(join(home, 'daemon.json'), 'utf8'));
  const unix = new WebSocket(`ws+unix:${String(socket)}:/api/v1/mesh/ws?after=${placeOf(clients.at(-1) ?? first)}`);
  t.teardown(() => unix.terminate());
  const last = clientOf(t, unix);
  clients.push(last);
  writeFileSync(until, '');
  t.match(await last.next('taskComplete'), { taskId: task.id, status: 'done' });

  const events: TaskEvent[] = [];
  for await (const event of daemon.follow(task.id)) events.push(event);
  const expected = events.filter(({ type }) => ['output', 'status', 'tool-key', 'end'].includes(type)).map(({ id }) => id);
  t.ok(expected.length > 400);
  t.strictSame(told(clients, task.id), expected, 'no gap and no repeat');
  t.equal(await daemon.kill('SIGTERM'), 0, 'an open WebSocket does not hold it');
});
