import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { EventPayload } from '../../schemas/event.ts';
import { noUsage } from '../../src/domain/usage.ts';
import { openEventLog } from '../../src/events/event-log.ts';
import type { TaskStore, WebhookRecord } from '../../src/store/task-store.ts';
import { lookAtEvents, type Looking } from '../../src/webhooks/look.ts';
import { openMemoryStore, sampleWebhook as webhook } from '../store/samples.ts';
import { sampleTask } from '../support/sample-task.ts';
import { scratch } from '../support/daemon.ts';

/** Resolves when it is stored that events were looked at up to this one. */
const lookedAt = async (store: TaskStore, place: string): Promise<void> => {
  while ((await store.webhooksLookedAt()) !== place) await setImmediate();
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
  gate.resolve(null);
  await lookedAt(store, `${later}-${log.counting()}`);
  t.match(await store.listWebhooks(), [{ pending: 2 }]);
});

void t.test('what retention deletes after it was looked at is no gap at the next start, whatever the webhook wants', async (t) => {
  const store = await openMemoryStore();
  const log = openEventLog({ directory: join(scratch(t), 'events'), now: () => new Date() });
  const wanting: WebhookRecord = { ...webhook, types: ['usage'] };
  await store.insertWebhook(wanting, { most: 1, lookFrom: `0-${log.counting()}` });
  const { task } = await store.createTask(sampleTask());
  /** It goes on by a minute at each look, so that every place is stored at once. */
  let clock = 0;
  let queued = Promise.withResolvers<null>();
  const look = (): Looking =>
    lookAtEvents(
      {
        store,
        log,
        mostWaiting: 10,
        now: () => new Date((clock += 60_000)),
        reached: () => undefined,
        report: (what, error) => t.fail(what, { error }),
      },
      () => [wanting],
      () => queued.resolve(null),
    );
  const usage: EventPayload = { type: 'usage', usage: noUsage };
  const line: EventPayload = { type: 'output', stream: 'stdout', content: 'a line' };
  const first = look();
  log.append(task.id, [usage]);
  await queued.promise;
  log.append(task.id, [line, line, { type: 'end', status: 'done' }]);
  const end = log.last(task.id)?.id ?? 0;
  await lookedAt(store, `${end}-${log.counting()}`);
  await first.end();
  t.equal(await store.webhooksLookedAt(), `${end}-${log.counting()}`);
  log.append(task.id, [line]);
  await log.trim(task.id, end + 1);
  queued = Promise.withResolvers<null>();
  const second = look();
  log.append(task.id, [usage]);
  await queued.promise;
  await second.end();
  t.match(await store.listWebhooks(), [{ pending: 2 }], 'two events, and no gap');
  log.close();
  await store.close();
});
