/**
 * Run by the durability test: writes without end and prints a line after each acknowledged write, by a synchronous
 * write, so that what the test reads was acknowledged before the kill.
 *
 *   writes-until-killed.ts <database> [<n>]     kills itself in the middle of the nth large transaction
 */
import { writeSync } from 'node:fs';
import type { EventPayload } from '../../schemas/event.ts';
import { openStore } from '../../src/store/open-store.ts';
import { eventsAtOnce, sampleRun } from './samples.ts';
import { sampleTask } from '../support/sample-task.ts';

const [, , file, deadly] = process.argv;
if (file === undefined) throw new Error('the path of the database is missing');
const store = await openStore(file);
const acknowledge = (what: object): void => {
  writeSync(1, `${JSON.stringify(what)}\n`);
};
const begun: EventPayload = { type: 'output', stream: 'system', content: 'begun' };
// The last event is printed when the statements before it have been executed and before the commit.
const last = Object.assign(
  { ...begun },
  {
    toJSON: () => {
      transactions += 1;
      if (transactions === Number(deadly)) process.kill(process.pid, 'SIGKILL');
      return begun;
    },
  },
);
let transactions = 0;

const lane = async (): Promise<never> => {
  for (;;) {
    const task = sampleTask({ plan: 'x'.repeat(3000) });
    await store.createTask(task);
    acknowledge({ id: task.id, status: 'pending' });
    const run = sampleRun();
    await store.transition(task.id, { to: 'queued' });
    acknowledge({ id: task.id, status: 'queued' });
    await store.transition(task.id, {
      to: 'initializing',
      newRun: run,
      events: [...Array.from({ length: eventsAtOnce - 1 }, () => begun), last],
    });
    acknowledge({ id: task.id, status: 'initializing', runId: run.runId });
  }
};
await Promise.all([lane(), lane(), lane()]);
