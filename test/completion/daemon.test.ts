import t from 'tap';
import type { CompletionResult } from '../../schemas/completion.ts';
import type { TaskEvent } from '../../schemas/event.ts';
import { fingerprint, git, scratch, startDaemon, userRepository, write, type Refusal } from '../support/daemon.ts';
import { shapes } from './event-shapes.ts';

const userHome = scratch(t);
write(userHome, { '.gitconfig': '[user]\n\tname = Ada\n\temail = ada@example.org\n' });
process.env['HOME'] = userHome;
process.env['PATH'] = '/usr/local/bin:/usr/bin:/bin';

const system = (events: readonly TaskEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'output' && event.stream === 'system' ? [event.content] : []));

void t.test('a task that ends well acts on the repository, then its log ends', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  await t.test('merge, with the repository of the task as its target', async (t) => {
    const repository = userRepository(t);
    const { id } = await daemon.start({
      name: 'Add a page',
      plan: 'RUN: echo hi > page.html; echo x > .makima/x',
      repositoryUrl: repository,
      completionAction: 'merge',
    });
    const events = await daemon.events(id);
    const task = await daemon.ended(id);
    t.match(
      task,
      {
        status: 'done',
        targetRepoPath: repository,
        completionAction: 'merge',
        completion: { action: 'merge', status: 'succeeded', branch: task.branch, prUrl: null },
      },
      task.completion?.message ?? 'no completion',
    );
    t.equal(git(repository, 'show', 'main:page.html'), 'hi');
    t.equal(git(repository, 'status', '--porcelain'), '');
    t.equal(
      git(repository, 'log', '-1', '--format=%an <%ae>%n%s%n%(trailers:key=Makima-Task,valueonly)', task.completion?.commitSha ?? ''),
      `Ada <ada@example.org>\nAdd a page\n${id}`,
    );
    t.same(shapes(events), ['queued', 'initializing', 'starting', 'running', 'done', 'completion running', 'completion succeeded', 'end']);
    t.match(system(events).join('\n'), /Completion action merge: [^]*merged into main/);
  });
  await t.test('who waits for the end finds what the action has brought; the text says so', async (t) => {
    const repository = userRepository(t);
    const start = async () =>
      (await daemon.start({ plan: 'RUN: echo hi > page.html', repositoryUrl: repository, completionAction: 'branch' })).id;
    const { body: task, headers } = await daemon.call('GET', `/tasks/${await start()}/wait?until=end&timeout=600`);
    t.match(task, { status: 'done', completion: { status: 'succeeded' } });
    t.equal(headers.get('x-makima-over'), 'true');
    t.equal(git(repository, 'show', `${task.branch ?? ''}:page.html`), 'hi');
    const id = await start();
    t.match(
      await daemon.text(`/tasks/${id}/wait?until=end&timeout=600`),
      new RegExp(`^${id}\\tdone\\t.*\\ncompletion: branch succeeded: The branch makima/`),
    );
    const pending = await daemon.make();
    const early = await daemon.call('GET', `/tasks/${pending.id}/wait?until=end&timeout=0.05`);
    t.equal(early.headers.get('x-makima-over'), 'false');
  });
  await t.test('a failed action leaves the task done, and is tried again with what is given', async (t) => {
    const repository = userRepository(t, { 'README.md': 'hello\n' });
    const other = userRepository(t, { 'other.txt': 'o\n' });
    write(repository, { 'README.md': 'edited\n' });
    const before = fingerprint(repository, { without: ['.git/objects'], times: true });
    const { id } = await daemon.start({
      plan: 'RUN: echo hi > page.html',
      repositoryUrl: repository,
      targetRepoPath: repository,
      completionAction: 'merge',
      targetBranch: 'main',
    });
    const task = await daemon.ended(id);
    t.match(task, { status: 'done', errorMessage: null, completion: { status: 'failed', message: /README\.md/ } });
    t.same(fingerprint(repository, { without: ['.git/objects'], times: true }), before);

    const retry = (body: object) => daemon.call<Refusal & CompletionResult>('POST', `/tasks/${id}/completion`, body);
    t.match(await retry({}), {
      status: 409,
      body: { code: 'CHECKOUT_NOT_CLEAN', files: ['README.md'], message: /README\.md[^]*Commit, stash/ },
    });
    t.match(await retry({ action: 'branch' }), {
      status: 200,
      body: { success: true, branch: task.branch, prUrl: null, commitSha: git(repository, 'rev-parse', task.branch ?? '') },
    });
    t.match((await daemon.call('GET', `/tasks/${id}`)).body.completion, { action: 'branch', status: 'succeeded' });
    t.match(await retry({ action: 'branch', targetRepoPath: other }), { status: 200 });
    t.equal(git(other, 'show', `${task.branch ?? ''}:page.html`), 'hi');
    git(repository, 'checkout', '-q', '--', 'README.md');
    t.match(await retry({}), { status: 200, body: { success: true, message: /merged into main/ } });
    t.equal(git(repository, 'show', 'main:page.html'), 'hi');
    t.same(
      shapes(await daemon.events(id)).slice(-3),
      ['completion running', 'completion succeeded', 'end'],
      'the log ends with the action',
    );
    t.match(await retry({ targetBranch: 'a..b' }), { status: 400, body: { code: 'INVALID_REF' } });
    t.match(await retry({ targetRepoPath: '/nowhere' }), { status: 400, body: { code: 'INVALID_REPOSITORY' } });
    t.match(await retry({ action: 'none' }), { status: 400, body: { code: 'VALIDATION_FAILED' } });
  });
  await t.test('what is refused when a task is made, and who may ask', async (t) => {
    const repository = userRepository(t);
    const make = async (body: object) => (await daemon.call<Refusal>('POST', '/tasks', { name: 'n', plan: 'RUN: :', ...body })).body.code;
    t.equal(await make({ completionAction: 'merge' }), 'NO_COMPLETION_TARGET');
    t.equal(await make({ completionAction: 'pr', repositoryUrl: 'https://example.org/a/b.git' }), 'NO_COMPLETION_TARGET');
    t.equal(await make({ completionAction: 'branch', targetRepoPath: '/nowhere' }), 'INVALID_REPOSITORY');
    t.equal(await make({ targetRepoPath: 'relative' }), 'INVALID_REPOSITORY');
    t.equal(await make({ completionAction: 'branch', targetRepoPath: repository, targetBranch: '-x' }), 'INVALID_REF');
    const plain = await daemon.start({ plan: 'RUN: :', repositoryUrl: repository });
    t.match(await daemon.ended(plain.id), { completion: null, targetRepoPath: null });
    const ask = async (id: string, body: object = {}) => (await daemon.call<Refusal>('POST', `/tasks/${id}/completion`, body)).body.code;
    t.equal(await ask(plain.id), 'NO_COMPLETION_TARGET');
    t.equal(await ask(plain.id, { action: 'branch' }), 'NO_COMPLETION_TARGET');
    t.equal(await ask((await daemon.make()).id, { action: 'branch', targetRepoPath: repository }), 'WORKTREE_NOT_FOUND');
    t.equal(await ask('00000000-0000-4000-8000-000000000000'), 'TASK_NOT_FOUND');
    const orchestrator = await daemon.make({ isOrchestrator: true });
    const child = await daemon.make({ parentTaskId: orchestrator.id });
    t.equal(await ask(child.id, { action: 'branch', targetRepoPath: repository }), 'SUBTASK_COMPLETION_ACTION');
    const { body: key } = await daemon.call<{ key: string }>('POST', `/tasks/${plain.id}/tool-keys`, {});
    t.match(
      await daemon.callWith<Refusal>(key.key, 'POST', `/tasks/${plain.id}/completion`, { action: 'branch', targetRepoPath: repository }),
      { status: 403 },
    );
    const running = await daemon.start({ plan: 'RUN: sleep 60', repositoryUrl: repository, completionAction: 'branch' });
    await daemon.until(running.id, (event) => event.type === 'status' && event.to === 'running');
    t.equal(await ask(running.id), 'TASK_ACTIVE');
    t.match(
      await daemon.stopped(running.id, { graceful: false }),
      { status: 'interrupted', completion: null },
      'only a task that ends well acts',
    );
    t.equal(git(repository, 'branch', '--list', 'makima/*'), '');
  });
});
