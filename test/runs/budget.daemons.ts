/** Budgets over the death of the daemon, at each step of noting what was used, telling of it and stopping. */
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { UsageReport } from '../../schemas/usage.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { scratch } from '../support/daemon.ts';

t.setTimeout(600_000);

const readAll = async (daemon: DaemonProcess, taskId: string): Promise<TaskEvent[]> => {
  const seen: TaskEvent[] = [];
  for await (const event of daemon.follow(taskId)) seen.push(event);
  return seen;
};

for (const point of ['output logged', 'usage noted', 'budget told', 'budget stop stored'])
  void t.test(`killed at "${point}": used once, told once, stopped`, async (t) => {
    const home = scratch(t);
    const turn = { turns: 5, cost: 0.5, input: 100 };
    let daemon = await spawnDaemon(t, home, 'spends', {}, point);
    const plan = `SPENDS: ${JSON.stringify([{ ...turn, next: `${home}/never` }, {}])}`;
    const { body: made } = await daemon.call('POST', '/tasks', { name: 'n', plan, budget: { maxTurns: 5, maxCostUsd: 10 }, start: true });
    await daemon.gone;
    daemon = await spawnDaemon(t, home, 'spends');
    const events = await readAll(daemon, made.id);
    t.same(
      events.flatMap((event) => (event.type === 'budget' ? [`${event.limit} ${event.percent}`] : [])),
      ['maxTurns 80', 'maxTurns 100'],
    );
    const { body: task } = await daemon.call('GET', `/tasks/${made.id}`);
    t.match(task, { status: 'failed', errorMessage: /BUDGET_EXCEEDED.*5 of 5 turns/, usage: { turns: 5, inputTokens: 100 } });
    const { body: usage } = await daemon.call<UsageReport>('GET', `/tasks/${made.id}/usage`);
    t.match(usage, { tree: { turns: 5 }, runs: [{ usage: { turns: 5, costUsd: 0.5 } }] });
    t.equal(usage.runs.length, 1);
    t.equal((await daemon.call('POST', `/tasks/${made.id}/start`)).status, 409);
  });
