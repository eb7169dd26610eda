/** What a hook is told of a run, and what it can add to it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RunHook } from '../../src/runs/hooks/hook.ts';
import { lineOf, scratch, startDaemon } from '../support/daemon.ts';

/** A hook that notes what it is told, and what else it does. */
const noting = (name: string, told: string[], more: Partial<RunHook> = {}): RunHook => ({
  name,
  async prepare(start) {
    told.push(`${name} prepares`);
    return more.prepare?.(start);
  },
  async undo(start) {
    told.push(`${name} is undone`);
    await more.undo?.(start);
  },
  async stopping(run) {
    told.push(`${name} hears of a stop`);
    await more.stopping?.(run);
  },
  async ended(of, outcome) {
    told.push(`${name} hears of the end`);
    await more.ended?.(of, outcome);
  },
});

void t.test('what hooks add is what the agent is started with, the later one’s where two name the same', async (t) => {
  const hooks: RunHook[] = [
    noting('first', [], { prepare: async () => ({ env: { ONE: '1', BOTH: 'first' }, launch: { model: 'opus', effort: 'low' } }) }),
    noting('second', [], { prepare: async () => ({ env: { BOTH: 'second' }, launch: { effort: 'high' } }) }),
  ];
  const daemon = await startDaemon(t, 'runs-plan', {}, {}, { hooks });
  const { id } = await daemon.start({ plan: 'RUN: echo "$ONE $BOTH" > env.txt; ps -o args= -p $PPID > args.txt' });
  const task = await daemon.ended(id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  const made = (name: string): string => readFileSync(join(task.overlayPath ?? '', name), 'utf8');
  t.equal(made('env.txt'), '1 second\n');
  t.match(made('args.txt'), / -p --model opus --effort high\n$/);
});

void t.test('hooks prepare in their order and hear of the end in the other, before the task is settled', async (t) => {
  const told: string[] = [];
  const status = async (taskId: string): Promise<void> => void told.push((await daemon.call('GET', `/tasks/${taskId}`)).body.status);
  const hooks = [
    noting('first', told, {
      async ended({ task }, outcome) {
        told.push(JSON.stringify('exit' in outcome && outcome.exit));
        await status(task.id);
      },
    }),
    noting('second', told),
  ];
  const daemon = await startDaemon(t, 'says-a-line', {}, {}, { hooks });
  await daemon.ended((await daemon.start({})).id);
  t.same(told, [
    'first prepares',
    'second prepares',
    'second hears of the end',
    'first hears of the end',
    '{"exitCode":0,"reason":"exited"}',
    'running',
  ]);
});

void t.test('a hook that fails fails the task with its reason, and all that was prepared is taken back, the last first', async (t) => {
  const told: string[] = [];
  const failing = noting('second', told, { prepare: () => Promise.reject(new Error('There is no sandbox here')) });
  let failures = 1;
  const clumsy = noting('first', told, {
    undo: async () => {
      failures -= 1;
      if (failures === 0) throw new Error('not at the first try');
    },
  });
  const daemon = await startDaemon(t, 'says-a-line', {}, {}, { hooks: [clumsy, failing, noting('third', told)] });
  const task = await daemon.ended((await daemon.start({})).id);
  t.match(task, { status: 'failed', errorMessage: 'There is no sandbox here', overlayPath: null });
  const undoing = ['third is undone', 'second is undone', 'first is undone'];
  t.same(told, ['first prepares', 'second prepares', ...undoing, ...undoing], 'what fails is done again');
});

void t.test('a stop is told before the agent hears of it, and in the setting up it has all taken back', async (t) => {
  const told: string[] = [];
  const daemon = await startDaemon(t, 'forever', {}, {}, { hooks: [noting('first', told)] });
  const { id } = await daemon.start({});
  await daemon.until(id, (event) => lineOf(event, 'stdout')?.includes('Working until') === true);
  t.equal((await daemon.stopped(id)).status, 'interrupted');
  t.same(told, ['first prepares', 'first hears of a stop', 'first hears of the end']);

  told.length = 0;
  const begun = Promise.withResolvers<string>();
  const slow = noting('slow', told, {
    prepare: ({ task, signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('given up')));
        begun.resolve(task.id);
      }),
  });
  const other = await startDaemon(t, 'forever', {}, {}, { hooks: [slow] });
  await other.start({});
  const task = await other.stopped(await begun.promise);
  t.match(task, { status: 'interrupted', errorMessage: null });
  t.same(told, ['slow prepares', 'slow hears of a stop', 'slow is undone']);
});

void t.test('what a daemon left half prepared the next one takes back by the same hooks, and prepares anew', async (t) => {
  const [home, told] = [scratch(t), [] as string[]];
  const left = Promise.withResolvers<string>();
  const hangs = noting('it', told, {
    prepare: ({ task, signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('the daemon goes')));
        left.resolve(task.id);
      }),
  });
  const first = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home }, {}, { hooks: [hangs] });
  await first.start({});
  const id = await left.promise;
  await first.close();
  t.same(told, ['it prepares'], 'a shutdown takes nothing back');
  const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home }, {}, { hooks: [noting('it', told)] });
  t.equal((await daemon.ended(id)).status, 'done');
  t.same(told, ['it prepares', 'it is undone', 'it prepares', 'it hears of the end']);
});
