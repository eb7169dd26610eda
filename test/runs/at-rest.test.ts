import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { scratch, startDaemon, write } from '../support/daemon.ts';

const says =
  (words: string) =>
  (event: TaskEvent): boolean =>
    event.type === 'output' && event.content.includes(words);

void t.test('an orchestrator at rest is told when its subtasks have ended, those started meanwhile too', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', {}, { interruptGraceMs: 5000 });
  const { body: lead } = await daemon.call('POST', '/tasks', { name: 'echo-messages', plan: 'first words', isOrchestrator: true });
  const gates = scratch(t);
  const part = async (gate: string) => {
    const { id } = await daemon.start({
      name: 'runs-plan',
      plan: `RUN: while [ ! -e '${join(gates, gate)}' ]; do sleep 0.05; done`,
      parentTaskId: lead.id,
    });
    await daemon.until(id, (event) => event.type === 'output' && event.stream === 'stdout');
    return { id, gate };
  };
  const first = await part('first');
  await daemon.call('POST', `/tasks/${lead.id}/start`);
  await daemon.until(lead.id, says('it will be told when its 1 active subtasks have ended'));
  const second = await part('second');
  for (const { id, gate } of [first, second]) {
    t.equal((await daemon.call('GET', `/tasks/${lead.id}`)).body.status, 'running', 'it waits');
    write(gates, { [gate]: '' });
    await daemon.ended(id);
  }
  const task = await daemon.ended(lead.id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  const told = (await daemon.lines(lead.id, 'stdin')).join('\n');
  t.match(told, /^Your subtasks have ended:/);
  t.match(told, `- ${first.id} done runs-plan`);
  t.match(told, `- ${second.id} done runs-plan`);
});

void t.test('an orchestrator that stops talking with work left over is reminded once, then fails and says what is left', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name');
  const { body: lead } = await daemon.call('POST', '/tasks', { name: 'echo-messages', plan: 'first words', isOrchestrator: true });
  const { body: made } = await daemon.call('POST', '/tasks', { name: 'says-a-line', plan: 'p', parentTaskId: lead.id, start: true });
  const part = await daemon.ended(made.id);
  write(part.overlayPath ?? '', { 'work.txt': 'not brought in\n' });
  await daemon.call('POST', `/tasks/${lead.id}/start`);
  const task = await daemon.ended(lead.id);
  t.equal(task.status, 'failed');
  t.match(task.errorMessage, `The orchestrator ended without finishing`);
  t.match(task.errorMessage, part.branch ?? 'no branch');
  const told = await daemon.lines(lead.id, 'stdin');
  t.equal(told.filter((line) => line.startsWith('You ended your turn')).length, 1);
});
