import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { openStore } from '../../src/store/open-store.ts';
import { eventsAtOnce } from './samples.ts';

interface Acknowledged {
  id: string;
  status: string;
  runId?: string;
}
const order = ['pending', 'queued', 'initializing'];
/** With each status, as many events as its transitions have put into the outbox. */
const eventsWith = [0, 1, 2 + eventsAtOnce];

const deaths = [
  { name: 'from outside after 13 writes', lines: 13 },
  { name: 'in the middle of the 1st large transaction', deadly: 1 },
  { name: 'in the middle of the 8th large transaction', deadly: 8 },
  { name: 'from outside after 50 writes', lines: 50 },
];

void t.test('what was acknowledged before a kill -9 is there after it, and nothing is there by half', async (t) => {
  const file = join(t.testdir(), 'makima.db');
  const all = new Map<string, Acknowledged>();
  for (const { name, lines, deadly } of deaths) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'writes-until-killed.ts'), file, `${deadly ?? 0}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    let read = 0;
    for await (const line of createInterface(child.stdout)) {
      const acknowledged = JSON.parse(line) as Acknowledged;
      all.set(acknowledged.id, acknowledged);
      read += 1;
      if (read === lines) child.kill('SIGKILL');
    }
    await closed;
    t.equal(child.signalCode, 'SIGKILL', name);
    t.ok(read > 0);
    const store = await openStore(file);
    const counts = new Map<string, number>();
    for (const { taskId } of await store.pendingEvents(1_000_000)) counts.set(taskId, (counts.get(taskId) ?? 0) + 1);
    for (const { id, status, runId } of all.values()) {
      // The next write may have been committed without having been acknowledged.
      const reached = order.indexOf((await store.getTask(id))?.status ?? 'lost');
      t.ok(reached >= order.indexOf(status), `${id} is at least ${status}`);
      t.equal(counts.get(id) ?? 0, eventsWith[reached], 'the events are those of the status');
      t.equal((await store.listRuns(id)).length, reached === 2 ? 1 : 0, 'and so is the run');
      if (runId !== undefined) t.ok(await store.getRun(runId));
    }
    await store.close();
  }
});
