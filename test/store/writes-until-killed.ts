/**
 * Run by the durability test: writes without end and prints a line after each acknowledged write, by a synchronous
 * write, so that what the test reads was acknowledged before the kill.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../src/store/open-store.ts';
import { sampleRun, sampleTask } from './samples.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('the path of the database is missing');
const store = await openStore(file);
const acknowledge = (what: object): void => {
  writeSync(1, `${JSON.stringify(what)}\n`);
};
const lane = async (): Promise<never> => {
  for (;;) {
    const task = sampleTask({ plan: 'x'.repeat(3000) });
    await store.createTask(task);
    acknowledge({ id: task.id, status: 'pending', events: 0 });
    const run = sampleRun();
    await store.transition(task.id, { to: 'queued' });
    acknowledge({ id: task.id, status: 'queued', events: 1 });
    await store.transition(task.id, { to: 'initializing', newRun: run, events: [{ type: 'output', stream: 'system', content: 'begun' }] });
    acknowledge({ id: task.id, status: 'initializing', events: 3, runId: run.runId });
  }
};
await Promise.all([lane(), lane(), lane()]);
