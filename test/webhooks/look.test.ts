import { join } from 'node:path';
import t from 'tap';
import { openEventLog } from '../../src/events/event-log.ts';
import type { WebhookRecord } from '../../src/store/task-store.ts';
import { lookAtEvents } from '../../src/webhooks/look.ts';
import { openMemoryStore, sampleTask } from '../store/samples.ts';
import { scratch } from '../support/daemon.ts';

const webhook: WebhookRecord = {
  id: 'w',
  url: 'http://127.0.0.1/',
  types: ['end'],
  taskId: null,
  secret: 'whsec_c2VjcmV0',
  since: 0,
  createdAt: '2026-11-22T12:00:00.000Z',
  lastDeliveredAt: null,
  lastError: null,
  lastErrorAt: null,
  disabledAt: null,
  reason: null,
};

void t.test('what is yet to be told of a task whose log goes now is kept, though nobody has come to look at it', async (t) => {
  const store = await openMemoryStore();
  const log = openEventLog({ directory: join(scratch(t), 'events'), now: () => new Date() });
  const [gone, stays] = [(await store.createTask(sampleTask())).task, (await store.createTask(sampleTask())).task];
  const end = (taskId: string): number => log.append(taskId, [{ type: 'end', status: 'done' }])?.firstId ?? 0;
  const before = end(gone.id);
  await store.insertWebhook(webhook, { most: 1, lookFrom: `${before}-${log.counting()}` });
  const told = end(gone.id);
  const gate = Promise.withResolvers<null>();
  const queued = Promise.withResolvers<null>();
  const looking = lookAtEvents(
    {
      store,
      log: {
        lastId: () => log.lastId(),
        counting: () => log.counting(),
        read: (...args) => log.read(...args),
        followAll: (...args) => gate.promise.then(() => log.followAll(...args)),
      },
      mostWaiting: 10,
      now: () => new Date(),
      reached: () => undefined,
      report: (what, error) => t.fail(what, { error }),
    },
    () => [webhook],
    () => queued.resolve(null),
  );
  t.teardown(async () => {
    await looking.end();
    log.close();
    await store.close();
  });
  await looking.keep([gone.id, 'no-task']);
  t.match(await store.nextDelivery('w', 'Z'), { eventId: told, messageId: `${told}-${log.counting()}`, taskId: gone.id });
  log.remove(gone.id);
  t.match(await store.listWebhooks(), [{ pending: 1 }], 'not what was told before');
  t.equal(await store.webhooksLookedAt(), `${before}-${log.counting()}`, 'the others are yet to be looked at');
  const later = end(stays.id);
  await queued.promise;
  const all = Promise.withResolvers<null>();
  gate.resolve(null);
  const look = async (): Promise<void> => {
    if ((await store.webhooksLookedAt()) === `${later}-${log.counting()}`) all.resolve(null);
    else setImmediate(() => void look());
  };
  await look();
  await all.promise;
  t.match(await store.listWebhooks(), [{ pending: 2 }]);
});
