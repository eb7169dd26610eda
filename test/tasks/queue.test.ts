import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
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

  await t.test('a parent that waits for its child does not hold the slot that the child needs', async (t) => {
    const plan =
      'RUN: id=$(.makima/orchestrate.sh create runs-plan \'RUN: echo made > made.txt\' --start | cut -f1); .makima/orchestrate.sh wait "$id"; .makima/orchestrate.sh diff "$id" | git apply; .makima/orchestrate.sh done all';
    const { id } = await daemon.start({ name: 'runs-plan', isOrchestrator: true, repositoryUrl: 'new://', plan });
    t.match(await daemon.ended(id), { status: 'done', progressSummary: 'all', errorMessage: null });
  });
});
