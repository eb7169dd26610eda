import { rmSync } from 'node:fs';
import t from 'tap';
import type { NewWebhook, Webhook } from '../../schemas/webhook.ts';
import { scratch } from '../support/daemon.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { isOf, startReceiver, verify } from './receiver.ts';

const env = { MAKIMA_WEBHOOK_ALLOW: '127.0.0.1' };
const agent = 'cheap';

/** Ends when the daemon has ended, or all is delivered. */
const settled = async (daemon: DaemonProcess, id: string): Promise<Webhook> => {
  for (;;) {
    const { body } = await daemon.call<Webhook>('GET', `/webhooks/${id}`);
    if (body.pending === 0) return body;
  }
};

/** At each of these a daemon is killed, with a task under way. */
for (const point of ['events logged', 'deliveries queued', 'delivery begun', 'delivery taken', 'delivery settled'])
  void t.test(`a daemon that is killed when it has come to "${point}" tells nothing less, and in order`, async (t) => {
    const home = scratch(t);
    const receiver = await startReceiver(t);
    const before = await spawnDaemon(t, home, agent, env);
    const { body: webhook } = await before.call<NewWebhook>('POST', '/webhooks', { url: receiver.url });
    await before.kill('SIGTERM');

    const killed = await spawnDaemon(t, home, agent, env, point);
    // It may die before it has answered.
    const made = await killed
      .call('POST', '/tasks', { name: 'a task', plan: 'do it', start: true }, { 'idempotency-key': 'one' })
      .catch(() => null);
    t.ok(made === null || made.status === 201);
    await killed.gone;

    const next = await spawnDaemon(t, home, agent, env);
    const { body: task } = await next.call('POST', '/tasks', { name: 'a task', plan: 'do it', start: true }, { 'idempotency-key': 'one' });
    await receiver.until('/', (received) => received.some(isOf('end', task.id)));
    t.match(await settled(next, webhook.id), { disabledAt: null });
    const received = receiver.at('/');
    const messages = new Map(received.map((one) => [String(one.headers['webhook-id']), one]));
    const ids = [...messages.values()].map(({ message }) => Number(message.data['id']));
    const events = [];
    for await (const event of next.follow(task.id)) if (webhook.types.some((type) => type === event.type)) events.push(event.id);
    t.strictSame(ids, events, 'each at least once, and in order');
    t.ok(received.length <= messages.size + 1, 'what was under way when it died is told once more at the most');
    for (const one of received) t.strictSame(verify(webhook.secret, one), one.message);
  });

void t.test('a restored home does not count what was told as told', async (t) => {
  const home = scratch(t);
  const receiver = await startReceiver(t);
  const first = await spawnDaemon(t, home, agent, env);
  await first.call<NewWebhook>('POST', '/webhooks', { url: receiver.url });
  const { body: one } = await first.call('POST', '/tasks', { name: 'a task', plan: 'do it', start: true });
  await receiver.until('/', (received) => received.some(isOf('end', one.id)));
  await first.kill('SIGTERM');
  // The logs are lost, and with them how far was counted.
  rmSync(`${home}/events`, { recursive: true });
  const second = await spawnDaemon(t, home, agent, env);
  await receiver.until('/', (received) => received.some(({ message }) => message.type === 'gap'));
  const { body: two } = await second.call('POST', '/tasks', { name: 'a task', plan: 'do it', start: true });
  await receiver.until('/', (received) => received.some(isOf('end', two.id)));
  t.pass('it goes on');
});
