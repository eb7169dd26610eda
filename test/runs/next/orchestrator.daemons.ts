/** Orchestrators of agents that work one turn a process: at rest nothing of them runs, and their next run is told. */
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../../schemas/event.ts';
import { lineOf, scratch, startDaemon, write } from '../../support/daemon.ts';
import { oneTurnAgent } from '../../support/one-turn.ts';

const isQueuedAgain = (event: TaskEvent): boolean => event.type === 'status' && event.from === 'running' && event.to === 'queued';
const doing = (command: string): string => `DO: ${JSON.stringify({ tool: 'Bash', input: { command } })}`;
const part = (gate: string): string => doing(`.makima/orchestrate.sh create part "WAIT: ${gate}" --start`);

void t.test('an orchestrator of one turn a process', async (t) => {
  const gates = scratch(t);
  const at = (name: string): string => join(gates, name);
  const open = (name: string): void => write(gates, { [name]: '' });
  const daemon = await startDaemon(t, 'says-a-line', { ...oneTurnAgent(), MAKIMA_MAX_CONCURRENT_TASKS: '2' });
  const start = (task: Record<string, unknown>) => daemon.make({ agent: 'one-turn', start: true, isOrchestrator: true, ...task });
  const isAtRest = (event: TaskEvent): boolean => lineOf(event, 'system')?.startsWith('The agent is at rest') === true;
  const subtasksOf = async (id: string): Promise<string[]> =>
    (await daemon.call<{ id: string }[]>('GET', `/tasks/${id}/subtasks`)).body.map((each) => each.id);

  await t.test('rests without a process and without a slot, is told of each end, and finishes with a key of its own', async (t) => {
    const finish = doing('.makima/orchestrate.sh done "all in"');
    const { id } = await start({ plan: [part(at('a')), part(at('b')), 'SAY: rests', 'SAY: one is in', finish].join('\n') });
    await daemon.until(id, isAtRest);
    await daemon.until(id, isQueuedAgain);
    const subtasks = await subtasksOf(id);
    t.match((await daemon.call('GET', `/tasks/${id}`)).body, { status: 'queued', waitsFor: { kind: 'subtasks', taskIds: subtasks } });
    for (const each of [await start({ plan: 'p', isOrchestrator: false }), await start({ plan: 'p', isOrchestrator: false })])
      t.equal((await daemon.ended(each.id)).status, 'done', 'others have its slot');
    open('a');
    await daemon.until(id, (event) => lineOf(event, 'stdout')?.includes('one is in') === true);
    open('b');
    const task = await daemon.ended(id);
    t.match(task, { status: 'done', progressSummary: 'all in', usage: { turns: 3 } });
    const told = (await daemon.lines(id, 'stdin')).filter((line) => line.startsWith('Your subtasks have ended'));
    t.strictSame(told, ['Your subtasks have ended: 1 by now, 1 still active', 'Your subtasks have ended:']);
    t.equal((await daemon.events(id)).filter(({ type }) => type === 'end').length, 1);
    t.ok((await daemon.text(`/tasks/${id}/output`)).includes('one is in'));
  });

  await t.test('a message has one at rest go on; a stop ends it with its subtasks', async (t) => {
    const { id } = await start({ plan: [part(at('never')), 'SAY: rests'].join('\n') });
    await daemon.until(id, isQueuedAgain);
    t.equal((await daemon.call('POST', `/tasks/${id}/messages`, { message: 'SAY: heard it' })).status, 202);
    await daemon.until(id, (event) => lineOf(event, 'stdout')?.includes('heard it') === true);
    t.match(await daemon.stopped(id), { status: 'interrupted' });
    for (const each of await subtasksOf(id)) t.equal((await daemon.ended(each)).status, 'interrupted');
  });

  await t.test('is told once what is left, and fails where it leaves it again', async (t) => {
    const commits = doing(`.makima/orchestrate.sh create part "RUN: echo x >f" --start`);
    const { id } = await start({ plan: [commits, 'SAY: rests', 'SAY: does nothing', 'SAY: nothing again', 'SAY: never'].join('\n') });
    const task = await daemon.ended(id);
    t.match(task, { status: 'failed', errorMessage: /ended without finishing/, usage: { turns: 3 } });
    t.equal((await daemon.lines(id, 'stdin')).filter((line) => line.startsWith('You ended your turn')).length, 1);
  });
});
