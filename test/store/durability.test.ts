import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { openStore } from '../../src/store/open-store.ts';

interface Acknowledged {
  id: string;
  status: string;
  events: number;
  runId?: string;
}
const order = ['pending', 'queued', 'initializing'];
const kills = 5;

void t.test('what was acknowledged before a kill -9 is there after it, and nothing is there by half', async (t) => {
  const file = join(t.testdir(), 'makima.db');
  const last = new Map<string, Acknowledged>();
  for (let kill = 1; kill <= kills; kill += 1) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'writes-until-killed.ts'), file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    let lines = 0;
    for await (const line of createInterface(child.stdout)) {
      // The line that the kill cut in two was not acknowledged.
      if (!line.endsWith('}')) continue;
      const acknowledged = JSON.parse(line) as Acknowledged;
      last.set(acknowledged.id, acknowledged);
      lines += 1;
      // At another point of the work each time.
      if (lines === 20 + kill * 7) child.kill('SIGKILL');
    }
    await closed;
    t.equal(child.signalCode, 'SIGKILL');
    const store = await openStore(file);
    const events = await store.pendingEvents(100_000);
    for (const { id, status, events: count, runId } of last.values()) {
      const task = await store.getTask(id);
      // The next write may have been committed without having been acknowledged.
      const reached = order.indexOf(task?.status ?? 'lost');
      t.ok(reached >= order.indexOf(status), `${id} is at least ${status}`);
      const own = events.filter((event) => event.taskId === id).length;
      t.ok(own >= count);
      t.equal(own, [0, 1, 3][reached], 'the events are those of the status');
      t.equal((await store.listRuns(id)).length, reached === 2 ? 1 : 0, 'and so is the run');
      if (runId !== undefined) t.ok(await store.getRun(runId));
    }
    await store.close();
  }
  t.ok(last.size > kills);
});
