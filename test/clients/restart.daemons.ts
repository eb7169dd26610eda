/** Clients of daemons that are killed and started again: nothing is missed, nothing comes twice, nothing is done twice. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { TaskEvent } from '../../clients/typescript/index.ts';
import { connect } from '../../clients/typescript/index.ts';
import { scratch } from '../support/daemon.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';

const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return String(address.port);
};

/** Reads in the background, and tells when so many events have come. */
const reader = (events: AsyncIterable<TaskEvent>) => {
  const seen: TaskEvent[] = [];
  let heard = Promise.withResolvers<undefined>();
  const over = (async () => {
    for await (const event of events) {
      seen.push(event);
      heard.resolve(undefined);
      heard = Promise.withResolvers();
      if (event.type === 'end') return;
    }
  })();
  return {
    seen,
    over,
    async has(count: number) {
      while (seen.length < count) await Promise.race([heard.promise, over]);
    },
  };
};

const everything = async (daemon: DaemonProcess, taskId: string): Promise<TaskEvent[]> => {
  const all: TaskEvent[] = [];
  for await (const event of daemon.follow(taskId, 0)) all.push(event);
  return all;
};

const restart = async (t: Test, home: string, signal: NodeJS.Signals, daemon: DaemonProcess): Promise<DaemonProcess> => {
  await daemon.kill(signal);
  return spawnDaemon(t, home, 'counts', { MAKIMA_PORT: await freePort() });
};

void t.test('iterators go on over kills, stops and other ports, with each event once', async (t) => {
  const home = scratch(t);
  let daemon = await spawnDaemon(t, home, 'counts');
  const last = join(home, 'last');
  const overSocket = await connect({ home });
  // The address alone, which is looked up again in daemon.json.
  const overAddress = await connect({ home, fetch });
  t.equal(overAddress.url, daemon.url);
  // Of all tasks, from before the first event of any: where it begins is known without one.
  const all = reader(overAddress.events());
  // It has no event yet when the daemon dies.
  const isFollowed = async (): Promise<boolean> => {
    const { data } = await overSocket.api.GET('/metrics', { parseAs: 'text' });
    return /^makima_open_streams 1$/m.test(String(data));
  };
  while (!(await isFollowed()));
  daemon = await restart(t, home, 'SIGKILL', daemon);
  const { id: taskId } = await overSocket.createTask({ name: 'counts', plan: `COUNT: 400 EVERY: 5 UNTIL: ${last}`, start: true });
  const readers = [
    all,
    reader(overSocket.events({ taskId })),
    reader(overAddress.events({ taskId })),
    reader(overSocket.output(taskId, { follow: true })),
  ];
  const ended = overAddress.wait(taskId);
  let count = 20;
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
    for (const each of readers) await each.has(count);
    count += 40;
    daemon = await restart(t, home, signal, daemon);
  }
  writeFileSync(last, '');
  await Promise.all(readers.map(({ over }) => over));
  const events = await everything(daemon, taskId);
  t.equal(events.filter((event) => event.type === 'output' && event.jsonType === 'assistant').length, 400);
  const [ofAll, ofTask, ofAddress, lines] = readers.map(({ seen }) => seen);
  for (const seen of [ofTask, ofAddress]) t.strictSame(seen, events);
  t.strictSame(ofAll, events, 'from where it began on, which it was told before there was an event');
  t.strictSame(
    lines,
    events.filter(({ type }) => type === 'output'),
  );
  t.equal((await ended).status, 'done');
  t.equal(overAddress.url, daemon.url);
  for (const makima of [overSocket, overAddress]) makima.close();
});

void t.test('a call that can be repeated waits for the daemon, another says that it may have been done', async (t) => {
  const home = scratch(t);
  const daemon = await spawnDaemon(t, home, 'counts');
  const makima = await connect({ home });
  const task = await makima.createTask({ name: 'one', plan: 'COUNT: 1' });
  await daemon.kill('SIGKILL');
  const calls = [makima.getTask(task.id), makima.createTask({ name: 'two', plan: 'COUNT: 1' }), makima.startTask(task.id)];
  const hasty = await connect({ home, retryMs: 0 }).catch((error: unknown) => error);
  t.match(hasty, { name: 'MakimaError', code: 'UNREACHABLE', message: /makima serve/ });
  const next = await spawnDaemon(t, home, 'counts', { MAKIMA_PORT: await freePort() });
  const [got, made, started] = await Promise.all(calls);
  t.strictSame([got?.id, made?.name, started?.id], [task.id, 'two', task.id], 'none had reached the one that is dead');
  t.equal((await makima.wait(task.id)).status, 'done');
  t.equal((await makima.listTasks()).items.length, 2);
  await next.kill('SIGTERM');
});
