/** Budgets of trees, held by a daemon whose agents use what their plans say. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Budget, Task } from '../../schemas/task.ts';
import type { UsageReport } from '../../schemas/usage.ts';
import { openEventLog } from '../../src/events/event-log.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { createBudgets } from '../../src/runs/budget/budgets.ts';
import { openMemoryStore } from '../store/samples.ts';
import { countStatements } from '../support/count-statements.ts';
import { lineOf, scratch, startDaemon, type Refusal, type TestDaemon } from '../support/daemon.ts';
import { sampleTask } from '../support/sample-task.ts';

interface Turn {
  turns?: number;
  cost?: number;
  input?: number;
  output?: number;
  read?: number;
  hold?: string;
  next?: string;
}
/** A plan for the agent `spends`. */
const spends = (...turns: Turn[]): string => `SPENDS: ${JSON.stringify(turns)}`;

const usageOf = async (daemon: TestDaemon, id: string): Promise<UsageReport> =>
  (await daemon.call<UsageReport>('GET', `/tasks/${id}/usage`)).body;
const budgetEvents = (events: readonly TaskEvent[]) =>
  events.flatMap((event) => (event.type === 'budget' ? [[event.limit, event.percent, event.used, event.max]] : []));
const says =
  (words: string) =>
  (event: TaskEvent): boolean =>
    (lineOf(event, 'stdout') ?? '').includes(words);

void t.test('a look at a task under no budget asks the database nothing, and one at several asks it once', async (t) => {
  const store = await openMemoryStore();
  const log = openEventLog({ directory: join(scratch(t), 'events'), now: () => new Date() });
  const report = (what: string, error: unknown): void => void t.fail(what, { error });
  const parts = { store, log, ledger: createLedger(store, log), now: () => new Date(), reached: () => undefined, report };
  const budgets = createBudgets(parts, new AbortController().signal);
  const count = countStatements(t);
  const make = async (given: Partial<Task>): Promise<string> => (await store.createTask(sampleTask(given))).task.id;
  const looks = async (id: string): Promise<number> => {
    count();
    await budgets.look(id);
    return count().ran;
  };
  const free = await make({});
  t.equal(await looks(await make({ parentTaskId: free })), 0);
  const top = await make({ budget: { maxTurns: 5 } });
  const middle = await make({ parentTaskId: top, budget: { maxCostUsd: 5 } });
  t.equal(await looks(await make({ parentTaskId: middle })), 1);
  log.close();
  await store.close();
});

void t.test('budgets', async (t) => {
  const daemon = await startDaemon(t, 'spends', { MAKIMA_MAX_CONCURRENT_TASKS: '8' });
  const files = scratch(t);
  /** A file for which an agent waits, and which a test makes. */
  const gate = (name: string) => {
    const path = join(files, name);
    return { path, open: () => writeFileSync(path, '') };
  };
  const never = join(files, 'never');
  const put = async (id: string, budget: Budget | null): Promise<Task> => {
    const { status, body } = await daemon.call('PUT', `/tasks/${id}`, { budget });
    t.equal(status, 200);
    return body;
  };

  const limits: [Budget, Turn, string][] = [
    [{ maxTurns: 10 }, { turns: 3 }, '12 of 10 turns (120 %)'],
    [{ maxCostUsd: 1 }, { cost: 0.3 }, '$1.20 of $1.00 (120 %)'],
    [{ maxTokens: 1000 }, { input: 200, output: 90, read: 10 }, '1,200 of 1,000 tokens (120 %)'],
  ];
  for (const [budget, turn, words] of limits)
    void t.test(`at 80 % it is told, at 100 % the run ends with its turn: ${words}`, async (t) => {
      const { id } = await daemon.start({ plan: spends(turn, turn, turn, { ...turn, next: never }, turn), budget });
      const task = await daemon.ended(id);
      t.match(task, { status: 'failed', budget });
      t.match(task.errorMessage, /is used up \(BUDGET_EXCEEDED\): .*PUT the task that has the budget with a larger one/);
      t.ok(task.errorMessage?.includes(words), task.errorMessage ?? '');
      const events = await daemon.events(id);
      const name = Object.keys(budget)[0];
      t.match(budgetEvents(events), [
        [name, 80],
        [name, 100],
      ]);
      t.notOk(events.some(says('Turn 5.')), 'no turn is begun any more');
      t.equal(task.usage?.turns, 4 * (turn.turns ?? 1));
    });

  void t.test('far beyond, a turn is not waited for: it is seen by what it reads', async (t) => {
    const { id } = await daemon.start({ plan: spends({ read: 1300, hold: never }), budget: { maxTokens: 1000 } });
    const task = await daemon.ended(id);
    t.equal(task.status, 'failed');
    t.match(task.errorMessage, /BUDGET_EXCEEDED.*of 1,000 tokens/);
  });

  void t.test('a cost that no result has told yet is guessed by what was told before', async (t) => {
    const plan = spends({ cost: 0.5, input: 500 }, { read: 800, hold: never });
    const { id } = await daemon.start({ plan, budget: { maxCostUsd: 1 } });
    const task = await daemon.ended(id);
    t.match(task, { status: 'failed', errorMessage: /of \$1\.00/ });
    t.match(task.usage, { inputTokens: 500 + 800, turns: 2 }, 'the result of the turn that was broken off counts');
  });

  void t.test('below 120 % an open turn goes on to its end', async (t) => {
    const hold = gate('hold');
    const { id } = await daemon.start({
      plan: spends({ input: 500 }, { read: 690, hold: hold.path, next: never }, {}),
      budget: { maxTokens: 1000 },
    });
    await daemon.until(id, says('Turn 2.'));
    hold.open();
    t.match(await daemon.ended(id), { status: 'failed', usage: { inputTokens: 1190, turns: 2 } });
  });

  void t.test('work that is whole is done, whatever it has cost; somebody is told', async (t) => {
    const { id } = await daemon.start({ plan: spends({ cost: 5 }), budget: { maxCostUsd: 1 } });
    const task = await daemon.ended(id);
    t.match(task, { status: 'done', errorMessage: null });
    t.match(task.warnings, [{ code: 'BUDGET_EXCEEDED', message: /\$5\.00 of \$1\.00/ }]);
    t.equal(budgetEvents(await daemon.events(id)).length, 2);
  });

  void t.test('used up, nothing is started; raised, it is', async (t) => {
    const { id } = await daemon.start({ plan: spends({ turns: 2 }), budget: { maxTurns: 2 } });
    await daemon.ended(id);
    const refused = await daemon.call<Refusal>('POST', `/tasks/${id}/start`);
    t.match([refused.status, refused.body.code], [409, 'BUDGET_EXCEEDED']);
    t.match(refused.body.message, /2 of 2 turns \(100 %\)/);
    t.match(await put(id, { maxTurns: 5 }), { budget: { maxTurns: 5 } });
    t.equal((await daemon.call('POST', `/tasks/${id}/start`)).status, 202);
    t.match(await daemon.ended(id), { status: 'done', usage: { turns: 4 } });
    t.same(
      budgetEvents(await daemon.events(id)),
      [
        ['maxTurns', 80, 2, 2],
        ['maxTurns', 100, 2, 2],
        ['maxTurns', 80, 4, 5],
      ],
      'what is told is told once for a value',
    );
    t.match(await usageOf(daemon, id), {
      task: { turns: 4 },
      runs: [
        { number: 1, usage: { turns: 2 } },
        { number: 2, usage: { turns: 2 } },
      ],
      budgets: [{ taskId: id, limits: [{ limit: 'maxTurns', used: 4, max: 5, percent: 80 }] }],
    });
    t.equal((await put(id, {})).budget, null, 'one without a limit is none');
  });

  void t.test('a budget that is raised while its run goes on lets it go on', async (t) => {
    const [hold, next] = [gate('raised'), gate('goes-on')];
    const plan = spends({ turns: 2 }, { turns: 2, hold: hold.path, next: next.path }, { turns: 2 });
    const { id } = await daemon.start({ plan, budget: { maxTurns: 3 } });
    await daemon.until(id, says('Turn 2.'));
    await put(id, { maxTurns: 100 });
    hold.open();
    next.open();
    t.match(await daemon.ended(id), { status: 'done', usage: { turns: 6 } });
  });

  void t.test('one that is set below what was used stops what waits between its turns', async (t) => {
    const { id } = await daemon.start({ plan: spends({ turns: 2, next: never }, {}) });
    await daemon.until(id, (event) => event.type === 'usage');
    await put(id, { maxTurns: 1 });
    t.match(await daemon.ended(id), { status: 'failed', errorMessage: /2 of 1 turns/ });
  });

  void t.test('a tree: each budget counts all below it, what was deleted too', async (t) => {
    const [hold, next] = [gate('top'), gate('between')];
    const top = await daemon.start({ isOrchestrator: true, plan: spends({ turns: 1, hold: hold.path }), budget: { maxTurns: 10 } });
    const child = (fields: object) => daemon.start({ parentTaskId: top.id, ...fields });
    const gone = await child({ plan: spends({ turns: 4, cost: 0.5 }) });
    t.equal((await daemon.ended(gone.id)).status, 'done');
    t.equal((await daemon.call('DELETE', `/tasks/${gone.id}`)).status, 204);
    t.match(await usageOf(daemon, top.id), { task: { turns: 0 }, tree: { turns: 4, costUsd: 0.5 } });
    t.equal((await daemon.call('POST', `/tasks/${gone.id}/worktree/restore`)).status, 200);
    t.match(await usageOf(daemon, top.id), { tree: { turns: 4, costUsd: 0.5 } }, 'and once, where it comes back');

    const own = await child({ plan: spends({ turns: 1, next: next.path }, { turns: 1, next: never }, {}), budget: { maxTurns: 2 } });
    await daemon.until(own.id, (event) => event.type === 'usage');
    const other = await child({ plan: spends({ turns: 3, next: never }, {}) });
    await daemon.until(other.id, (event) => event.type === 'usage');
    const seen = await daemon.until(top.id, (event) => event.type === 'budget');
    t.same(budgetEvents(seen), [['maxTurns', 80, 8, 10]]);

    next.open();
    t.match(await daemon.ended(own.id), { status: 'failed', errorMessage: new RegExp(`task ${own.id}.*2 of 2 turns`) }, 'by its own');
    t.match(await usageOf(daemon, top.id), { tree: { turns: 9 } });
    const last = await child({ plan: spends({ turns: 1 }) });
    t.match(await daemon.ended(last.id), { status: 'done', warnings: [] }, 'its work is whole');
    t.match(await daemon.ended(other.id), { status: 'failed', errorMessage: new RegExp(`task ${top.id}.*10 of 10 turns`) });

    const pending = await daemon.make({ parentTaskId: top.id });
    t.match(await daemon.call('POST', `/tasks/${pending.id}/start`), { status: 409, body: { code: 'BUDGET_EXCEEDED' } });
    t.match(await daemon.call('POST', '/tasks', { name: 'n', plan: 'p', parentTaskId: top.id, start: true }), { status: 409 });
    t.equal((await daemon.call<Task[]>('GET', `/tasks/${top.id}/subtasks`)).body.length, 5, 'nothing was made');

    hold.open();
    t.match(await daemon.ended(top.id), { status: 'done', warnings: [{ message: /11 of 10 turns/ }] }, 'nothing of its subtasks is left');
    t.match(await usageOf(daemon, own.id), {
      budgets: [
        { taskId: own.id, limits: [{ used: 2, max: 2 }] },
        { taskId: top.id, limits: [{ used: 11, max: 10 }] },
      ],
    });
  });

  void t.test('what was used is measured', async (t) => {
    const text = await (await fetch(`${daemon.app.url}/metrics`, { headers: { authorization: `Bearer ${daemon.token}` } })).text();
    const count = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    t.ok(count('makima_turns_total') > 40);
    t.ok(count('makima_cost_usd_total') > 5);
    t.ok(count('makima_tokens_total\\{kind="input"\\}') > 1000);
  });

  void t.test('a stop that somebody asks for is theirs', async (t) => {
    const { id } = await daemon.start({ plan: spends({ turns: 1, hold: never }), budget: { maxTurns: 1 } });
    await daemon.until(id, says('Turn 1.'));
    t.match(await daemon.stopped(id), { status: 'interrupted', errorMessage: null });
  });

  void t.test('minutes: told, and stopped in the middle of a turn that goes on too long; not while it is paused', async (t) => {
    const { id } = await daemon.start({ plan: spends({ hold: never }) });
    await daemon.until(id, says('Turn 1.'));
    t.equal((await daemon.call('POST', `/tasks/${id}/pause`)).status, 200);
    const paused = (await usageOf(daemon, id)).task.minutes;
    t.ok(paused > 0);
    await put(id, { maxMinutes: paused * 1.1 });
    t.equal((await usageOf(daemon, id)).task.minutes, paused, 'no time passes');
    t.same(budgetEvents(await daemon.until(id, (event) => event.type === 'budget')), [['maxMinutes', 80, paused, paused * 1.1]]);
    t.equal((await daemon.call('POST', `/tasks/${id}/resume`)).status, 200);
    const task = await daemon.ended(id);
    t.match(task, { status: 'failed', errorMessage: /of .* minutes/ });
    t.equal(budgetEvents(await daemon.events(id)).length, 2);
    const { runs, task: spent } = await usageOf(daemon, id);
    t.equal(runs[0]?.usage.minutes, spent.minutes);
  });

  void t.test('a tool key raises no budget, and sees those of its own tree', async (t) => {
    const top = await daemon.make({ isOrchestrator: true, budget: { maxTurns: 5 } });
    const below = await daemon.make({ isOrchestrator: true, parentTaskId: top.id, budget: { maxTurns: 3 } });
    const { key } = (await daemon.call<{ key: string }>('POST', `/tasks/${below.id}/tool-keys`)).body;
    t.equal((await daemon.callWith(key, 'PUT', `/tasks/${below.id}`, { budget: null })).status, 403);
    const { budgets } = (await daemon.callWith<UsageReport>(key, 'GET', `/tasks/${below.id}/usage`)).body;
    t.same(
      budgets.map(({ taskId }) => taskId),
      [below.id],
    );
    t.equal((await daemon.callWith(key, 'GET', `/tasks/${top.id}/usage`)).status, 403);
    t.match(
      await daemon.text(`/tasks/${below.id}/usage`),
      /^task: \$0\.0000.*\ntree: .*\nbudget of .*: 0 of 3 turns \(0 %\)\nbudget of .*: 0 of 5 turns/,
    );
  });

  void t.test('what is no budget is refused with its field', async (t) => {
    for (const budget of [{ maxTurns: 0 }, { maxTurns: 1.5 }, { maxCostUsd: -1 }, { maxMinutes: '5' }, { maxHours: 1 }, 5]) {
      const { status, body } = await daemon.call<Refusal>('POST', '/tasks', { name: 'n', plan: 'p', budget });
      t.match([status, body.code], [400, 'VALIDATION_FAILED']);
      t.match(body.message, /budget/);
    }
  });
});
