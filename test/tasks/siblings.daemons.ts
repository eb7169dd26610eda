/** Of which tasks an agent can be told what they did. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Task } from '../../schemas/task.ts';
import { git, lineOf, startDaemon, userRepository, type Refusal } from '../support/daemon.ts';

void t.test('an agent is told of tasks of its tree, and of those at the top of its repository', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_MAX_CONCURRENT_TASKS: '20' });
  const running = async (task: Record<string, unknown>): Promise<string> => {
    const { id } = await daemon.start({ name: 'forever', plan: 'p', ...task });
    await daemon.until(id, (event) => lineOf(event, 'stdout') !== null);
    return id;
  };
  const tell = async (taskId: string, siblingTaskId: string, key: string | null = null) => {
    const body = { siblingTaskId, summary: 'It is in.' };
    const path = `/tasks/${taskId}/sibling-context`;
    return key === null ? daemon.call<Refusal>('POST', path, body) : daemon.callWith<Refusal>(key, 'POST', path, body);
  };
  const taken = async (answer: ReturnType<typeof tell>, what: string) => t.equal((await answer).status, 202, what);
  const refused = async (answer: ReturnType<typeof tell>, why: RegExp, what: string) =>
    t.match(await answer, { status: 400, body: { code: 'NOT_A_SIBLING', message: why } }, what);

  const top = await daemon.make({ isOrchestrator: true });
  const branch = await daemon.make({ isOrchestrator: true, parentTaskId: top.id });
  const leaf = await running({ parentTaskId: branch.id });
  const other = await running({ parentTaskId: top.id });
  await taken(tell(leaf, other), 'a cousin');
  await taken(tell(other, leaf), 'and the other way round');
  await taken(tell(other, branch.id), 'a sibling that was never started');
  t.equal((await daemon.call('POST', `/tasks/${other}/pause`)).status, 200);
  t.match(await tell(other, leaf), { status: 202, body: { delivered: false } }, 'a paused one is told when it goes on');
  t.match((await daemon.call('GET', `/tasks/${other}/messages`)).body, [{ kind: 'sibling' }]);
  t.equal((await daemon.call('POST', `/tasks/${other}/resume`)).status, 200);
  await refused(tell(leaf, branch.id), /above it/, 'its parent');
  await refused(tell(leaf, top.id), /above it/, 'the top of its tree');
  await refused(tell(leaf, leaf), /same task/, 'itself');
  const stranger = await running({});
  await refused(tell(leaf, stranger), /neither in one tree/, 'a task of another tree');
  await refused(tell(stranger, leaf), /neither in one tree/, 'at the top, a task of another tree');

  const { body } = await daemon.call<{ key: string }>('POST', `/tasks/${branch.id}/tool-keys`, {});
  t.match(await tell(leaf, other, body.key), { status: 403, body: { code: 'FORBIDDEN' } }, 'a key opens its own tree alone');

  const repository = userRepository(t);
  mkdirSync(join(daemon.home, 'src'));
  symlinkSync(repository, join(daemon.home, 'src', 'linked'));
  git(repository, 'worktree', 'add', '-q', join(daemon.home, 'src', 'beside'));
  const at = (repositoryUrl: string): Promise<Task> => daemon.make({ name: 'forever', repositoryUrl });
  const first = await running({ repositoryUrl: repository });
  for (const spelling of [`${repository}/`, `${repository}/../${repository.split('/').at(-1)}`, join(daemon.home, 'src', 'linked')])
    await taken(tell(first, (await at(spelling)).id), spelling);
  await taken(tell(first, (await at(join(daemon.home, 'src', 'beside'))).id), 'a linked worktree of it');
  await taken(tell(first, (await at(`file://${repository}`)).id), 'its URL');
  await refused(tell(first, (await at(userRepository(t))).id), /neither in one tree/, 'another repository');
  await refused(tell(stranger, (await daemon.make()).id), /neither in one tree/, 'two that have none');
  const named = await running({ repositoryUrl: 'new://shared' });
  await taken(tell(named, (await at('new://shared')).id), 'one that makima made, by its name');
  await refused(tell(named, (await at('new://other')).id), /neither in one tree/, 'one of another name');
});
