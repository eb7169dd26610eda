import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Task } from '../../schemas/task.ts';
import { fingerprint, git, scratch, startDaemon, userRepository, write, type Refusal, type TestDaemon } from '../support/daemon.ts';

const userHome = scratch(t);
write(userHome, { '.gitconfig': '[user]\n\tname = Ada\n\temail = ada@example.org\n' });
process.env['HOME'] = userHome;
// no gh
process.env['PATH'] = '/usr/local/bin:/usr/bin:/bin';

/** A repository with a branch `feature/x`, a commit past main; main is checked out. */
const withBranch = (t: Test): string => {
  const repository = userRepository(t);
  git(repository, 'checkout', '-q', '-b', 'feature/x');
  write(repository, { 'x.txt': 'x\n' });
  git(repository, 'add', '-A');
  git(repository, 'commit', '-q', '-m', 'begun');
  git(repository, 'checkout', '-q', 'main');
  return repository;
};

/** A bare origin of a repository, with all its branches; `pulls` are commits by the number of their pull request. */
const withOrigin = (t: Test, repository: string, pulls: Record<number, string> = {}): string => {
  const origin = join(scratch(t, 'origin-'), 'acme', 'widgets.git');
  git(repository, 'clone', '-q', '--bare', repository, origin);
  git(repository, 'remote', 'add', 'origin', origin);
  git(repository, 'fetch', '-q', 'origin');
  for (const [number, commit] of Object.entries(pulls)) git(origin, 'update-ref', `refs/pull/${number}/head`, commit);
  return origin;
};

const tip = (repository: string, ref: string): string => git(repository, 'rev-parse', ref);

const commitOn = (repository: string, branch: string, message: string): string => {
  const commit = git(repository, 'commit-tree', '-p', branch, '-m', message, `${branch}^{tree}`);
  git(repository, 'update-ref', `refs/heads/${branch}`, commit);
  return commit;
};

const done = async (t: Test, daemon: TestDaemon, task: Record<string, unknown>): Promise<Task> => {
  const ended = await daemon.ended((await daemon.start(task)).id);
  t.equal(ended.status, 'done', ended.errorMessage ?? 'done');
  return ended;
};

const refused = async (t: Test, daemon: TestDaemon, task: Record<string, unknown>): Promise<Refusal> => {
  const { status, body } = await daemon.call<Refusal>('POST', '/tasks', { name: 'n', plan: 'p', ...task });
  t.ok(status >= 400 && status < 500, String(status));
  return body;
};

void t.test('a task that goes on with a branch of its source', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  t.beforeEach(async () => {
    t.equal((await daemon.call<{ items: Task[] }>('GET', '/tasks?status=running')).body.items.length, 0);
  });

  await t.test('begins at its tip, changes nothing, and brings the branch forward', async (t) => {
    const repository = withBranch(t);
    const began = tip(repository, 'feature/x');
    const gate = join(scratch(t), 'go');
    const untouched = () => fingerprint(repository, { times: true, without: ['.git/objects'] });
    const before = untouched();
    const made = await daemon.make({
      name: 'Go on',
      plan: `RUN: until [ -e ${gate} ]; do sleep 0.1; done; echo y > y.txt`,
      repositoryUrl: repository,
      branch: 'feature/x',
      completionAction: 'branch',
    });
    t.match(made, { branch: 'feature/x', continuesBranch: 'feature/x', baseBranch: null });
    await daemon.call('POST', `/tasks/${made.id}/start`);
    await daemon.until(made.id, (event) => event.type === 'status' && event.to === 'running');
    t.strictSame(untouched(), before, 'the start changes nothing of it');
    writeFileSync(gate, '');
    const task = await daemon.ended(made.id);
    const head = git(task.overlayPath ?? '', 'symbolic-ref', 'HEAD');
    t.match(
      task,
      { status: 'done', baseCommit: began, branch: 'feature/x', completion: { status: 'succeeded', branch: 'feature/x' } },
      task.completion?.message ?? '',
    );
    t.equal(head, 'refs/heads/feature/x');
    t.match(task.overlayPath, /\/go-on-[0-9a-f]{8}$/);
    t.equal(git(repository, 'show', 'feature/x:y.txt'), 'y');
    t.equal(tip(repository, 'feature/x~1'), began, 'one commit on top of what was there');
    t.equal(git(repository, 'for-each-ref', '--format=%(refname)'), 'refs/heads/feature/x\nrefs/heads/main');
    const diff = (await daemon.call<{ path: string }[]>('GET', `/tasks/${task.id}/diff`)).body;
    t.match(diff, [{ path: 'y.txt' }], 'its own changes, not those of the branch');

    // a second run goes on in the worktree; somebody has gone on with the branch meanwhile
    const theirs = commitOn(repository, 'feature/x', 'theirs');
    await daemon.call('POST', `/tasks/${task.id}/start`);
    const again = await daemon.ended(task.id);
    t.match(again, { status: 'done', baseCommit: began, warnings: [{ code: 'BRANCH_MOVED' }] });
    t.match(again.completion, { status: 'succeeded', message: /has the work already/ }, 'the same work is in it');
    write(task.overlayPath ?? '', { 'z.txt': 'z\n' });
    const moved = await daemon.call<Refusal>('POST', `/tasks/${task.id}/completion`, {});
    t.match(moved, { status: 409, body: { code: 'BRANCH_MOVED', message: /nothing was changed/ } });
    t.equal(tip(repository, 'feature/x'), theirs);
    const merged = await daemon.call('POST', `/tasks/${task.id}/completion`, { action: 'merge', targetBranch: 'feature/x' });
    t.equal(merged.status, 200);
    t.equal(git(repository, 'show', 'feature/x:z.txt'), 'z');
    t.equal(git(repository, 'merge-base', theirs, 'feature/x'), theirs);
  });

  await t.test('a checkout that has the branch goes along where it is clean, and is left alone where not', async (t) => {
    const repository = withBranch(t);
    git(repository, 'checkout', '-q', 'feature/x');
    write(repository, { 'x.txt': 'edited\n' });
    const before = fingerprint(repository, { times: true, without: ['.git/objects'] });
    const task = await done(t, daemon, {
      plan: 'RUN: echo y > y.txt',
      repositoryUrl: repository,
      branch: 'feature/x',
      completionAction: 'branch',
    });
    t.match(task.completion, { status: 'failed', message: /feature\/x is checked out .*x\.txt/ });
    t.strictSame(fingerprint(repository, { times: true, without: ['.git/objects'] }), before);
    git(repository, 'checkout', '-q', '--', 'x.txt');
    t.equal((await daemon.call('POST', `/tasks/${task.id}/completion`, {})).status, 200);
    t.equal(readFileSync(join(repository, 'y.txt'), 'utf8'), 'y\n');
    t.equal(git(repository, 'status', '--porcelain'), '');
  });

  await t.test('merge brings it forward and into the target branch, or neither', async (t) => {
    const repository = withBranch(t);
    const task = await done(t, daemon, {
      plan: 'RUN: echo y > y.txt',
      repositoryUrl: repository,
      branch: 'feature/x',
      completionAction: 'merge',
    });
    t.match(task.completion, { status: 'succeeded', branch: 'feature/x' }, task.completion?.message ?? '');
    t.equal(git(repository, 'show', 'main:y.txt'), 'y');
    t.equal(git(repository, 'show', 'main:x.txt'), 'x');
    t.equal(git(repository, 'show', 'feature/x:y.txt'), 'y');
    const other = withBranch(t);
    const theirs = git(other, 'commit-tree', '-p', 'feature/x', '-m', 'theirs', 'feature/x^{tree}');
    const move = `git --git-dir=${other}/.git update-ref refs/heads/feature/x ${theirs}`;
    const moved = await done(t, daemon, {
      plan: `RUN: echo y > y.txt; ${move}`,
      repositoryUrl: other,
      branch: 'feature/x',
      completionAction: 'merge',
    });
    t.match(moved.completion, { status: 'failed', message: /feature\/x .*nothing was changed/ });
    t.equal(git(other, 'for-each-ref', '--format=%(objectname)', 'refs/heads/feature'), theirs);
    t.equal(git(other, 'rev-list', '--count', 'main'), '1', 'neither of the two');
  });

  await t.test('subtasks begin where it is, on branches of their own', async (t) => {
    const repository = withBranch(t);
    const parent = await done(t, daemon, { plan: 'RUN: :', repositoryUrl: repository, branch: 'feature/x', isOrchestrator: true });
    const child = await done(t, daemon, {
      name: 'Part',
      plan: 'RUN: git for-each-ref --format="%(refname) %(objectname)" > refs',
      parentTaskId: parent.id,
    });
    t.match(child, { continuesBranch: null, branch: /^makima\/part-/, baseCommit: parent.baseCommit });
    const refs = readFileSync(join(child.overlayPath ?? '', 'refs'), 'utf8');
    t.match(refs, `refs/heads/feature/x ${parent.baseCommit ?? ''}`);
    t.match(refs, `refs/heads/main ${tip(repository, 'main')}`, 'the default branch is where it is');
    const { body } = await daemon.call<{ success: boolean }>('POST', `/tasks/${parent.id}/merge`, { subtaskId: child.id });
    t.equal(body.success, true);
    t.ok(existsSync(join(parent.overlayPath ?? '', 'refs')));
    const next = await done(t, daemon, {
      plan: 'RUN: git rev-parse main > main',
      repositoryUrl: repository,
      continueFromTaskId: parent.id,
    });
    t.equal(readFileSync(join(next.overlayPath ?? '', 'main'), 'utf8').trim(), tip(repository, 'main'));
  });

  await t.test('one at a time, whatever the repository is called', async (t) => {
    const repository = withBranch(t);
    const first = await daemon.start({ plan: 'RUN: sleep 600', repositoryUrl: repository, branch: 'feature/x' });
    const body = { repositoryUrl: `${repository}/.`, branch: 'feature/x' };
    const { code, message } = await refused(t, daemon, { ...body, start: true });
    t.equal(code, 'BRANCH_IN_USE');
    t.ok(message.includes(first.id), message);
    const second = await daemon.make({ ...body, plan: 'RUN: sleep 600' });
    t.match(await daemon.call('POST', `/tasks/${second.id}/start`), { status: 409, body: { code: 'BRANCH_IN_USE' } });
    t.equal((await daemon.call('GET', `/tasks/${second.id}`)).body.status, 'pending');
    const elsewhere = await done(t, daemon, { plan: 'RUN: :', repositoryUrl: withBranch(t), branch: 'feature/x' });
    t.equal(elsewhere.branch, 'feature/x', 'another repository has a branch of its own of that name');
    await daemon.stopped(first.id);
    // of two at once one is told
    const third = await daemon.make({ ...body, plan: 'RUN: sleep 600' });
    const started = await Promise.all([second, third].map(({ id }) => daemon.call('POST', `/tasks/${id}/start`)));
    t.strictSame(started.map(({ status }) => status).sort(), [202, 409]);
    for (const { status, body: queued } of started) if (status === 202) await daemon.stopped(queued.id);
    // the repeat of a request is answered with the first task, which is what works on the branch
    const key = { 'idempotency-key': 'once' };
    const request = { name: 'n', plan: 'RUN: sleep 600', ...body, start: true };
    const one = await daemon.call('POST', '/tasks', request, key);
    t.equal(one.status, 201);
    t.match(await daemon.call('POST', '/tasks', request, key), { status: 201, body: { id: one.body.id } });
    await daemon.stopped(one.body.id);
  });

  await t.test('one that depends on another goes on where that one has brought it', async (t) => {
    const repository = withBranch(t);
    const body = { repositoryUrl: repository, branch: 'feature/x', completionAction: 'branch' };
    const gate = join(scratch(t), 'go');
    const first = await daemon.make({ ...body, plan: `RUN: until [ -e ${gate} ]; do sleep 0.1; done; echo 1 > one` });
    const second = await daemon.start({ ...body, plan: 'RUN: cp one two', dependsOn: [first.id] });
    t.equal((await daemon.call('POST', `/tasks/${first.id}/start`)).status, 202, 'the one that waits for it is not in its way');
    writeFileSync(gate, '');
    const [one, two] = [await daemon.ended(first.id), await daemon.ended(second.id)];
    t.match([one.completion, two.completion], [{ status: 'succeeded' }, { status: 'succeeded' }], JSON.stringify([one.completion, two]));
    t.equal(two.baseCommit, one.completion?.commitSha);
    t.equal(git(repository, 'show', 'feature/x:two'), '1');
  });

  await t.test('what is not there, or says two things, is refused before anything is made', async (t) => {
    const repository = withBranch(t);
    const parent = await daemon.make({ repositoryUrl: repository, isOrchestrator: true });
    const before = (await daemon.call<{ items: Task[] }>('GET', '/tasks?limit=200')).body.items.length;
    for (const [code, more] of [
      ['BRANCH_NOT_FOUND', { branch: 'feature/y' }],
      ['INVALID_REF', { branch: '--upload-pack=x' }],
      ['INVALID_REF', { branch: 'a..b' }],
      ['INVALID_BRANCH', { branch: '#7' }],
      ['INVALID_BRANCH', { branch: 'feature/x', baseBranch: 'main' }],
      ['INVALID_BRANCH', { branch: 'feature/x', continueFromTaskId: parent.id }],
      ['INVALID_BRANCH', { branch: 'feature/x', parentTaskId: parent.id }],
      ['INVALID_BRANCH', { branch: 'main', repositoryUrl: 'new://thing' }],
      ['VALIDATION_FAILED', { branch: '' }],
      ['VALIDATION_FAILED', { branch: null }],
    ] as const)
      t.equal((await refused(t, daemon, { repositoryUrl: repository, ...more })).code, code, JSON.stringify(more));
    t.equal((await daemon.call<{ items: Task[] }>('GET', '/tasks?limit=200')).body.items.length, before);
    t.equal((await refused(t, daemon, { branch: 'main' })).code, 'INVALID_BRANCH', 'a scratch directory');
    // what cannot be asked is no fault of the daemon's
    const nowhere = join(scratch(t), 'none.git');
    git(repository, 'remote', 'add', 'origin', nowhere);
    for (const more of [
      { repositoryUrl: repository, branch: '#7' },
      { repositoryUrl: `file://${nowhere}`, branch: 'x' },
    ])
      t.equal((await refused(t, daemon, more)).code, 'INVALID_REPOSITORY', JSON.stringify(more));
    // gone between the two
    const { id } = await daemon.make({ repositoryUrl: repository, branch: 'feature/x' });
    git(repository, 'branch', '-q', '-D', 'feature/x');
    await daemon.call('POST', `/tasks/${id}/start`);
    t.match(await daemon.ended(id), { status: 'failed', errorMessage: /no branch feature\/x/, overlayPath: null });
  });

  await t.test("origin's branch, of a clone and of a clone URL", async (t) => {
    const repository = withBranch(t);
    const origin = withOrigin(t, repository);
    const theirs = commitOn(origin, 'feature/x', 'theirs');
    git(repository, 'fetch', '-q', 'origin');
    // behind what is fetched
    const behind = await done(t, daemon, { plan: 'RUN: :', repositoryUrl: repository, branch: 'feature/x' });
    t.match(behind.warnings, [{ code: 'BASE_BEHIND_ORIGIN', message: /give branch "origin\/feature\/x"/ }]);
    const ahead = commitOn(repository, 'feature/x', 'mine');
    const diverged = await done(t, daemon, {
      plan: 'RUN: echo y > y.txt',
      repositoryUrl: repository,
      branch: 'origin/feature/x',
      completionAction: 'branch',
    });
    t.match(diverged, {
      branch: 'feature/x',
      baseCommit: theirs,
      warnings: [{ code: 'BRANCH_MOVED' }],
      completion: { status: 'failed', message: /nothing was changed/ },
    });
    t.equal(tip(repository, 'feature/x'), ahead);
    git(repository, 'branch', '-q', '-D', 'feature/x');
    const only = await done(t, daemon, {
      plan: 'RUN: echo y > y.txt',
      repositoryUrl: repository,
      branch: 'feature/x',
      completionAction: 'branch',
    });
    t.match(only, { branch: 'feature/x', baseCommit: theirs, warnings: [], completion: { status: 'succeeded', message: /is made/ } });
    const url = `file://${origin}`;
    const cloned = await done(t, daemon, {
      plan: 'RUN: echo y > y.txt',
      repositoryUrl: url,
      branch: 'origin/feature/x',
      targetRepoPath: repository,
      completionAction: 'branch',
    });
    t.match(cloned, { branch: 'feature/x', baseCommit: theirs, completion: { status: 'failed' } }, 'that branch is elsewhere by now');
    t.equal((await refused(t, daemon, { repositoryUrl: url, branch: 'feature/y' })).code, 'BRANCH_NOT_FOUND');
  });

  await t.test('a pull request', async (t) => {
    const repository = withBranch(t);
    const forked = git(repository, 'commit-tree', '-p', 'main', '-m', 'from a fork', 'feature/x^{tree}');
    git(repository, 'update-ref', 'refs/heads/fork', forked);
    const origin = withOrigin(t, repository, { 7: 'feature/x', 8: forked, 9: 'main' });
    for (const each of [repository, origin]) git(each, 'update-ref', '-d', 'refs/heads/fork');
    git(repository, 'update-ref', '-d', 'refs/heads/feature/x');
    const began = tip(origin, 'feature/x');
    const before = fingerprint(repository, { times: true });
    for (const branch of ['#7', 'pull/7', 'pull/7/head'])
      t.match(await daemon.make({ repositoryUrl: repository, branch }), { branch: 'feature/x', continuesBranch: 'pull/7/head' });
    t.match(await daemon.make({ repositoryUrl: `file://${origin}`, branch: '#8' }), { branch: 'pull/8' }, 'no branch of origin is there');
    t.match(await daemon.make({ repositoryUrl: repository, branch: '#9' }), { branch: 'pull/9' }, 'never the default branch');
    t.equal((await refused(t, daemon, { repositoryUrl: repository, branch: '#10' })).code, 'BRANCH_NOT_FOUND');
    t.equal((await refused(t, daemon, { repositoryUrl: repository, branch: '#8', completionAction: 'pr' })).code, 'INVALID_BRANCH');
    t.equal(
      (await refused(t, daemon, { repositoryUrl: repository, branch: 'https://github.com/acme/widgets/pull/7' })).code,
      'INVALID_BRANCH',
    );
    const ran = await done(t, daemon, { plan: 'RUN: echo y > y.txt', repositoryUrl: repository, branch: '#7' });
    t.match(ran, { branch: 'feature/x', baseCommit: began, warnings: [] });
    t.strictSame(fingerprint(repository, { times: true }), before, 'nothing is fetched into the repository');
    const published = await daemon.call<{ branch: string }>('POST', `/tasks/${ran.id}/completion`, {
      action: 'branch',
      targetRepoPath: repository,
    });
    t.match(published, { status: 200, body: { branch: 'feature/x' } });
    t.equal(tip(repository, 'feature/x~1'), began);
    const ofFork = await done(t, daemon, {
      plan: 'RUN: echo y > y.txt',
      repositoryUrl: repository,
      branch: 'pull/8',
      completionAction: 'merge',
    });
    t.match(ofFork, { branch: 'pull/8', baseCommit: forked, completion: { status: 'succeeded' } }, ofFork.completion?.message ?? '');
    t.match(await daemon.call<Refusal>('POST', `/tasks/${ofFork.id}/completion`, { action: 'pr' }), {
      status: 409,
      body: { message: /in somebody's fork/ },
    });
    git(origin, 'branch', 'twin', 'feature/x');
    t.match(await refused(t, daemon, { repositoryUrl: repository, branch: '#7' }), { code: 'INVALID_BRANCH', message: /feature\/x.*twin/ });
  });
});
