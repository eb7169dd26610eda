import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { lineOf, startDaemon } from '../support/daemon.ts';

const working = (event: TaskEvent): boolean => lineOf(event, 'stdout')?.includes('Working until') === true;

void t.test('one slot a depth', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_MAX_CONCURRENT_TASKS: '1' });

  await t.test('who waits starts by priority, then in order; who is stopped leaves the queue', async (t) => {
    const first = await daemon.start({ name: 'forever' });
    await daemon.until(first.id, working);
    const wait = async (priority: number): Promise<string> => {
      const task = await daemon.start({ name: 'says-a-line', priority });
      t.equal(task.status, 'queued');
      return task.id;
    };
    const [plain, low, urgent, later, dropped] = [await wait(0), await wait(-1), await wait(5), await wait(0), await wait(9)];
    t.equal((await daemon.stopped(dropped)).status, 'interrupted');
    t.match(await daemon.call('POST', `/tasks/${plain}/pause`), { status: 409, body: { code: 'TASK_NOT_RUNNING' } });
    await daemon.stopped(first.id);
    const tasks = await Promise.all([plain, low, urgent, later].map((id) => daemon.ended(id)));
    t.ok(tasks.every(({ status }) => status === 'done'));
    const order = tasks.sort((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? '')).map(({ id }) => id);
    t.same(order, [urgent, plain, later, low]);
    t.notOk((await daemon.events(dropped)).some((event) => event.type === 'status' && event.to === 'initializing'));
  });

  await t.test('a place in the queue is told where it is asked for, and whoever has the answer is told when it is another', async (t) => {
    const first = await daemon.start({ name: 'forever' });
    const [before, behind] = [await daemon.start({ name: 'says-a-line' }), await daemon.start({ name: 'says-a-line' })];
    const asked = (path: string, tag = '""') => daemon.call<Task & { items?: Task[] }>('GET', path, undefined, { 'if-none-match': tag });
    for (const path of [`/tasks/${behind.id}`, '/tasks?status=queued&view=summary']) {
      const answer = await asked(path);
      const [listed = answer.body] = answer.body.items ?? [];
      t.match(listed, { id: behind.id, waitsFor: { kind: 'slot', position: 2 } });
      t.equal((await asked(path, answer.headers.get('etag') ?? '')).status, 304);
    }
    const { headers } = await asked(`/tasks/${behind.id}`);
    await daemon.stopped(before.id);
    t.match(await asked(`/tasks/${behind.id}`, headers.get('etag') ?? ''), { status: 200, body: { waitsFor: { position: 1 } } });
    const states = await daemon.until(behind.id, (event) => event.type === 'status');
    t.notOk(JSON.stringify(states).includes('position'), 'no event is told of it');
    await daemon.stopped(first.id);
    t.match(await daemon.ended(behind.id), { status: 'done', waitsFor: null });
  });

  await t.test('a parent that waits for its child does not hold the slot that the child needs', async (t) => {
    const plan =
      'RUN: id=$(.makima/orchestrate.sh create runs-plan \'RUN: echo made > made.txt\' --start | cut -f1); .makima/orchestrate.sh wait "$id"; .makima/orchestrate.sh diff "$id" | git apply; .makima/orchestrate.sh done all';
    const { id } = await daemon.start({ name: 'runs-plan', isOrchestrator: true, repositoryUrl: 'new://', plan });
    t.match(await daemon.ended(id), { status: 'done', progressSummary: 'all', errorMessage: null });
  });
});
