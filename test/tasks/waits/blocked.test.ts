/** A task whose agent waits for something has its slot taken by others, and one again when that is over. */
import t from 'tap';
import type { TaskEvent } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import type { RunHook, RunningAgent } from '../../../src/runs/hooks/hook.ts';
import { startDaemon } from '../../support/daemon.ts';

const movesTo = (status: Task['status']) => (event: TaskEvent) => event.type === 'status' && event.to === status;

void t.test('what an agent waits for blocks its task, until another is in its place', async (t) => {
  const agents: RunningAgent[] = [];
  const waits: RunHook = {
    name: 'waits',
    async signalled(agent, signal) {
      if (signal.kind !== 'turn-started' || agents.length > 0) return;
      agents.push(agent);
      await agent.block({ kind: 'approval', approvalIds: [] });
    },
  };
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_MAX_CONCURRENT_TASKS: '1' }, {}, { hooks: [waits] });
  const asking = await daemon.start({ name: 'forever' });
  await daemon.until(asking.id, movesTo('blocked'));
  t.match((await daemon.call('GET', `/tasks/${asking.id}`)).body.waitsFor, { kind: 'approval' });
  const [agent] = agents;
  if (!agent) throw new Error('nobody began');
  await agent.block({ kind: 'subtasks', taskIds: [] });
  t.match((await daemon.call('GET', `/tasks/${asking.id}`)).body.waitsFor, { kind: 'approval' }, 'what somebody can do about first');
  t.equal(await agent.unblock('approval'), true, 'it waits for the other alone');
  t.match((await daemon.call('GET', `/tasks/${asking.id}`)).body, { status: 'blocked', waitsFor: { kind: 'subtasks' } });

  const other = await daemon.start({ name: 'forever' });
  const newcomer = await daemon.start({ name: 'says-a-line' });
  await daemon.until(other.id, movesTo('running'));
  const goesOn = agent.unblock('subtasks');
  await daemon.stopped(other.id);
  t.equal(await goesOn, true);
  t.equal((await daemon.call('GET', `/tasks/${asking.id}`)).body.status, 'running', 'before whoever came later');
  t.match((await daemon.call('GET', `/tasks/${newcomer.id}`)).body.waitsFor, { kind: 'slot', position: 1 });
  await daemon.call('POST', `/tasks/${asking.id}/pause`);
  await agent.block({ kind: 'approval', approvalIds: [] });
  t.equal((await daemon.call('GET', `/tasks/${asking.id}`)).body.status, 'paused', 'who is paused stays so');
  await daemon.call('POST', `/tasks/${asking.id}/resume`);
  t.match((await daemon.call('GET', `/tasks/${asking.id}`)).body, { status: 'blocked', waitsFor: { kind: 'approval' } });
  t.equal((await daemon.ended(newcomer.id)).status, 'done');
  t.equal(await agent.unblock('approval'), true);
  await daemon.stopped(asking.id);
  t.equal(await agent.unblock('subtasks'), false);
});
