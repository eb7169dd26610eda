/** An orchestrator whose agent stops talking, or says done, while something is the matter with its subtasks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Task } from '../../schemas/task.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { lineOf, scratch, startDaemon, type TestDaemon } from '../support/daemon.ts';

t.setTimeout(300_000);

const told = async (daemon: TestDaemon, id: string): Promise<string[]> =>
  (await daemon.lines(id, 'stdin')).filter((line) => line.startsWith('You ended your turn'));
const warnings = (task: Task): string[] => task.warnings.map(({ code }) => code);

/** An orchestrator that was never started, and a subtask of it that failed. */
const withFailed = async (t: Test, name: string, plan: string): Promise<{ daemon: TestDaemon; id: string; failed: string }> => {
  const daemon = await startDaemon(t, 'by-task-name');
  const { id } = await daemon.make({ name, plan, isOrchestrator: true });
  const failed = await daemon.ended((await daemon.start({ name: 'exits-3', parentTaskId: id })).id);
  t.equal(failed.status, 'failed');
  return { daemon, id, failed: failed.id };
};

void t.test('subtasks that were never started: told once, then done, with a warning that names them', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name');
  const { id } = await daemon.make({ name: 'echo-messages', isOrchestrator: true });
  const forgotten = await daemon.make({ name: 'forgotten', parentTaskId: id });
  await daemon.call('POST', `/tasks/${id}/start`);
  const task = await daemon.ended(id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  t.match(await told(daemon, id), [new RegExp(`the task is not finished: .*never started.*${forgotten.id} \\("forgotten": pending\\)`)]);
  t.equal((await told(daemon, id)).length, 1);
  t.match(task.warnings, [{ code: 'SUBTASKS_UNATTENDED', message: new RegExp(forgotten.id) }]);
  t.ok(
    (await daemon.lines(id, 'system')).some((line) => line.includes(forgotten.id)),
    'and its log says so before its end',
  );
  t.equal((await daemon.call('GET', `/tasks/${forgotten.id}`)).body.status, 'pending');
});

void t.test('all subtasks failed: told once, and where its agent still only stops talking it has failed for that reason', async (t) => {
  const { daemon, id, failed } = await withFailed(t, 'echo-messages', 'p');
  await daemon.call('POST', `/tasks/${id}/start`);
  const task = await daemon.ended(id);
  t.match(task, { status: 'failed', errorMessage: new RegExp(`ended without finishing: No subtask ended well: ${failed}`) });
  t.equal((await told(daemon, id)).length, 1);
});

void t.test('all subtasks failed: done is refused with the reason, and forced it is done with a warning', async (t) => {
  const said = join(scratch(t), 'said');
  const plan = `RUN: if .makima/orchestrate.sh done plain 2>'${said}'; then exit 9; fi; .makima/orchestrate.sh done 'none was good' --force`;
  const { daemon, id, failed } = await withFailed(t, 'runs-plan', plan);
  await daemon.call('POST', `/tasks/${id}/start`);
  const task = await daemon.ended(id);
  t.match(task, { status: 'done', progressSummary: 'none was good' });
  t.match(readFileSync(said, 'utf8'), new RegExp(`No subtask ended well: ${failed}.*--force`, 's'));
  t.same(warnings(task), ['SUBTASKS_FAILED']);
});

void t.test('subtasks that still run when it is done by force are named in a warning, and run on', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name');
  const { id } = await daemon.make({ name: 'runs-plan', plan: "RUN: .makima/orchestrate.sh done 'enough' --force", isOrchestrator: true });
  const child = await daemon.start({ name: 'forever', parentTaskId: id });
  await daemon.until(child.id, (event) => lineOf(event, 'stdout') !== null);
  await daemon.call('POST', `/tasks/${id}/start`);
  const task = await daemon.ended(id);
  t.equal(task.status, 'done', task.errorMessage ?? '');
  t.match(task.warnings, [{ code: 'SUBTASKS_UNATTENDED', message: new RegExp(child.id) }]);
  t.equal((await daemon.call('GET', `/tasks/${child.id}`)).body.status, 'running');
  await daemon.stopped(child.id);
});

// The subtask's name, which the orchestrator is told at the end of its first turn, is the plan of its second.
const second = 'COUNT: 200 EVERY: 20';

void t.test('that it was told holds over a restart: it is not told again, and may report done', async (t) => {
  for (const how of ['stops talking', 'reports done'] as const) {
    const home = scratch(t);
    const agents = { MAKIMA_HOME: home };
    const first = await startDaemon(t, 'by-task-name', agents);
    const { id } = await first.make({ name: 'counts', plan: 'COUNT: 1', isOrchestrator: true });
    const failed = await first.ended((await first.start({ name: 'exits-3', parentTaskId: id })).id);
    await first.make({ name: second, parentTaskId: id });
    t.equal(failed.status, 'failed');
    await first.call('POST', `/tasks/${id}/start`);
    await first.until(id, (event) => lineOf(event, 'stdout')?.includes('line 3 of 200') === true);
    await first.close();
    const daemon = await startDaemon(t, 'by-task-name', agents);
    t.equal((await daemon.call('GET', `/tasks/${id}`)).body.status, 'running');
    if (how === 'reports done') t.equal((await daemon.call('PUT', `/tasks/${id}`, { status: 'done' })).status, 200, 'without force');
    const task = await daemon.ended(id);
    t.equal((await told(daemon, id)).length, 1, how);
    if (how === 'stops talking') t.match(task, { status: 'failed', errorMessage: /No subtask ended well/ });
    else t.same([task.status, ...warnings(task).sort()], ['done', 'SUBTASKS_FAILED', 'SUBTASKS_UNATTENDED']);
    await daemon.close();
  }
});

void t.test('it is told once, wherever the daemon dies while it tells', async (t) => {
  for (const dieAt of ['telling noted', 'message accepted']) {
    const home = scratch(t);
    const dying = await spawnDaemon(t, home, 'by-task-name', {}, dieAt);
    const { id } = (await dying.call('POST', '/tasks', { name: 'echo-messages', plan: 'p', isOrchestrator: true })).body;
    const forgotten = (await dying.call('POST', '/tasks', { name: 'forgotten', plan: 'p', parentTaskId: id })).body;
    await dying.call('POST', `/tasks/${id}/start`);
    await dying.gone;
    const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_HOME: home });
    t.match(await daemon.ended(id), { status: 'done', warnings: [{ code: 'SUBTASKS_UNATTENDED' }] }, dieAt);
    const heard = (await daemon.lines(id, 'stdout')).filter((line) => line.includes('You said: You ended your turn'));
    t.equal(heard.length, 1, `${dieAt}: the agent has heard it once`);
    t.match(heard[0], forgotten.id);
    await daemon.close();
  }
});

void t.test('what was left out on purpose is attended to', async (t) => {
  const { daemon, id, failed } = await withFailed(t, 'runs-plan', 'RUN: .makima/orchestrate.sh done fine');
  const forgotten = await daemon.make({ parentTaskId: id });
  for (const subtaskId of [failed, forgotten.id])
    t.equal((await daemon.call('POST', `/tasks/${id}/merge/skip`, { subtaskId, reason: 'not needed' })).status, 200);
  await daemon.call('POST', `/tasks/${id}/start`);
  t.match(await daemon.ended(id), { status: 'done', warnings: [], errorMessage: null });
});
