import t from 'tap';
import { taskStatuses, type TaskStatus } from '../../schemas/task.ts';
import { isActive, isTerminal, mayMove, sourcesOf } from '../../src/domain/status-machine.ts';

// Written out by hand from the contract, one row a status, so that a slip in the table shows.
const contract: Record<TaskStatus, string> = {
  pending: 'queued interrupted',
  queued: 'initializing failed interrupted',
  initializing: 'queued starting failed interrupted',
  starting: 'queued running failed interrupted',
  running: 'queued paused blocked done failed interrupted',
  paused: 'running failed interrupted',
  blocked: 'running failed interrupted',
  done: 'queued',
  failed: 'queued',
  interrupted: 'queued',
};

void t.test('every pair of states moves exactly where the contract says', async (t) => {
  for (const from of taskStatuses) {
    for (const to of taskStatuses) {
      const allowed = contract[from].split(' ').includes(to);
      t.equal(mayMove(from, to), allowed, `${from} → ${to}`);
      t.equal(sourcesOf(to).includes(from), allowed);
    }
  }
});

void t.test('terminal, active and pending part the states between them', async (t) => {
  t.strictSame(taskStatuses.filter(isTerminal), ['done', 'failed', 'interrupted']);
  t.strictSame(
    taskStatuses.filter((status) => !isTerminal(status) && !isActive(status)),
    ['pending'],
  );
});
