/** Daemons that are killed while a completion action is under way. */
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';
import { git, scratch, userRepository, write } from '../support/daemon.ts';
import { shapes } from './event-shapes.ts';

const userHome = scratch(t);
write(userHome, { '.gitconfig': '[user]\n\tname = Ada\n\temail = ada@example.org\n' });
process.env['HOME'] = userHome;
process.env['PATH'] = '/usr/local/bin:/usr/bin:/bin';

const endOf = async (daemon: DaemonProcess, id: string): Promise<{ task: Task; events: TaskEvent[] }> => {
  const events: TaskEvent[] = [];
  for await (const event of daemon.follow(id, 0)) events.push(event);
  return { task: (await daemon.call('GET', `/tasks/${id}`)).body, events };
};

/** A repository whose main has gone on since the task began, so that a merge needs a commit of its own. */
const divergingPlan = (repository: string): string =>
  `RUN: echo hi > page.html; cd '${repository}' && echo more > more.txt && git add . && git commit -qm theirs`;

for (const point of ['task done', 'completion begun', 'work committed', 'branch published', 'completion noted']) {
  void t.test(`killed at "${point}", the next daemon does the rest, once`, async (t) => {
    const home = scratch(t);
    const repository = userRepository(t);
    const dying = await spawnDaemon(t, home, 'runs-plan', {}, point);
    const { body: made } = await dying.call('POST', '/tasks', {
      name: 'page',
      plan: divergingPlan(repository),
      repositoryUrl: repository,
      completionAction: 'merge',
      start: true,
    });
    await dying.gone;
    const daemon = await spawnDaemon(t, home, 'runs-plan');
    const { task, events } = await endOf(daemon, made.id);
    t.match(task, { status: 'done', completion: { action: 'merge', status: 'succeeded' } }, task.completion?.message ?? '');
    t.same(shapes(events), ['queued', 'initializing', 'starting', 'running', 'done', 'completion running', 'completion succeeded', 'end']);
    t.equal(git(repository, 'rev-parse', 'main'), task.completion?.commitSha);
    t.equal(git(repository, 'rev-list', '--count', 'main'), '4', 'first, theirs, the work, one merge');
    t.equal(git(repository, 'status', '--porcelain'), '');
    t.equal(git(repository, 'fsck', '--strict'), '');
    await daemon.kill('SIGKILL');
  });
}

for (const point of ['work committed', 'branch published']) {
  void t.test(
    `killed at "${point}", with a branch that was there: the next daemon brings it forward, with the checkout that has it`,
    async (t) => {
      const home = scratch(t);
      const repository = userRepository(t);
      git(repository, 'checkout', '-q', '-b', 'fix');
      const began = git(repository, 'rev-parse', 'HEAD');
      const dying = await spawnDaemon(t, home, 'runs-plan', {}, point);
      const { body: made } = await dying.call('POST', '/tasks', {
        name: 'page',
        plan: 'RUN: echo hi > page.html',
        repositoryUrl: repository,
        branch: 'fix',
        completionAction: 'branch',
        start: true,
      });
      await dying.gone;
      const daemon = await spawnDaemon(t, home, 'runs-plan');
      const { task } = await endOf(daemon, made.id);
      t.match(
        task,
        { status: 'done', completion: { action: 'branch', status: 'succeeded', branch: 'fix' } },
        task.completion?.message ?? '',
      );
      t.equal(git(repository, 'rev-parse', 'fix'), task.completion?.commitSha);
      t.equal(git(repository, 'rev-parse', 'fix~1'), began, 'one commit');
      t.equal(git(repository, 'status', '--porcelain'), '');
      t.equal(git(repository, 'show', 'HEAD:page.html'), 'hi');
      await daemon.kill('SIGKILL');
    },
  );
}

void t.test('killed while an action that was asked for runs, the next daemon goes on with it', async (t) => {
  const home = scratch(t);
  const repository = userRepository(t);
  const first = await spawnDaemon(t, home, 'runs-plan');
  const { body: made } = await first.call('POST', '/tasks', {
    name: 'page',
    plan: 'RUN: echo hi > page.html',
    repositoryUrl: repository,
    start: true,
  });
  await endOf(first, made.id);
  await first.kill('SIGKILL');
  const dying = await spawnDaemon(t, home, 'runs-plan', {}, 'work committed');
  await t.rejects(dying.call('POST', `/tasks/${made.id}/completion`, { action: 'branch', targetRepoPath: repository }));
  await dying.gone;
  t.equal(git(repository, 'branch', '--list', 'makima/*'), '');
  const daemon = await spawnDaemon(t, home, 'runs-plan');
  const { task, events } = await endOf(daemon, made.id);
  t.match(task.completion, { action: 'branch', status: 'succeeded' });
  t.same(shapes(events).slice(-4), ['end', 'completion running', 'completion succeeded', 'end'], 'who follows is told when it is through');
  t.match(git(repository, 'branch', '--list', 'makima/*'), made.branch ?? '');
  await daemon.kill('SIGTERM');
});
