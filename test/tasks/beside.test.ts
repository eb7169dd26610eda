/** Agents that share nothing, and work that lies beside what a task brings out: each checked in the other task and in the user's repository. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test as Tap } from 'tap';
import type { Task } from '../../schemas/task.ts';
import { fingerprint, git, lineOf, scratch, startDaemon, userRepository, write, type Refusal, type TestDaemon } from '../support/daemon.ts';

const pathOf = (task: Task): string => task.overlayPath ?? '';
const codes = (task: Task): string[] => task.warnings.map(({ code }) => code);
const identity = 'export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b.c GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b.c;';
/** Ends in the middle of a merge with a conflict in a.txt. */
const halfMerged =
  'git checkout -qb side; echo side > a.txt; git commit -qam side; git checkout -q -; echo ours > a.txt; git commit -qam ours; git merge side >&2 || true';

void t.test('what lies beside a task’s work', async (t) => {
  const userHome = scratch(t);
  write(userHome, { '.gitconfig': '[user]\n\tname = A\n\temail = a@example.com\n' });
  process.env['HOME'] = userHome;
  const daemon: TestDaemon = await startDaemon(t, 'runs-plan');
  const done = async (t: Tap, plan: string, more: Record<string, unknown> = {}): Promise<Task> => {
    const { id } = await daemon.start({ plan: `RUN: ${identity} ${plan}`, ...more });
    const task = await daemon.ended(id);
    t.equal(task.status, 'done', task.errorMessage ?? 'done');
    return task;
  };
  /** A directory in which an agent tells that it has come to a point, and waits to be let go. */
  const meeting = (t: Tap) => {
    const place = scratch(t);
    return {
      plan: (name: string): string => `touch ${place}/${name}; until [ -e ${place}/go ]; do sleep 0.05; done`,
      go: () => writeFileSync(join(place, 'go'), ''),
    };
  };

  void t.test('two running tasks stash and pop: each gets its own work back; settings and main are each one’s own', async (t) => {
    const repository = userRepository(t, { 'a.txt': 'a\n' });
    const before = fingerprint(repository, { times: true });
    const { plan, go } = meeting(t);
    const names = ['zebra', 'walrus'];
    const both = await Promise.all(
      names.map((name) =>
        daemon.start({
          repositoryUrl: repository,
          plan: `RUN: ${identity} echo ${name} > a.txt; git stash -q; git config user.name ${name}; git config core.hooksPath /nowhere; git checkout -q main && echo has main; git commit -q --allow-empty -m ${name}; git checkout -q -; ${plan(name)}; git stash pop -q; cat a.txt; git config user.name; git log -1 --format=%s main`,
        }),
      ),
    );
    for (const { id } of both) await daemon.until(id, (event) => lineOf(event, 'stdout')?.includes('has main') === true);
    go();
    for (const [index, name] of names.entries()) {
      const task = await daemon.ended(both[index]?.id ?? '');
      const other = names[1 - index] ?? '';
      t.same(
        (await daemon.said(task.id)).filter((text) => text.includes(other)),
        [],
        'nothing of the other',
      );
      t.equal(readFileSync(join(pathOf(task), 'a.txt'), 'utf8'), `${name}\n`);
      t.match(codes(task), ['WORK_ON_OTHER_BRANCHES'], 'the commit on main is told');
    }
    const next = await done(t, 'git config user.name; git log -1 --format=%s main; git stash list', { repositoryUrl: repository });
    t.same(
      (await daemon.said(next.id)).filter((text) => names.some((name) => text.includes(name))),
      [],
    );
    t.same(fingerprint(repository, { times: true }), before);
  });

  void t.test('hooks of the user that are not run are told once, and not where the setup has installed them', async (t) => {
    const repository = userRepository(t);
    writeFileSync(join(repository, '.git/hooks/pre-commit'), '#!/bin/sh\n', { mode: 0o755 });
    const told = async ({ id }: Task): Promise<number> =>
      (await daemon.lines(id, 'system')).filter((line) => line.includes('(pre-commit) are not run')).length;
    const parent = await done(t, ':', { isOrchestrator: true, repositoryUrl: repository });
    t.equal(await told(parent), 1);
    t.match(await daemon.text(`/tasks/${parent.id}/output`), /^\[makima\] warning: The hooks of /m);
    t.equal(await told(await done(t, ':', { parentTaskId: parent.id })), 0, 'its orchestrator was told');
    for (const setup of [
      'git config core.hooksPath .husky',
      'd=$(git rev-parse --git-path hooks); mkdir -p "$d"; echo true > "$d/pre-commit"; chmod +x "$d/pre-commit"',
    ]) {
      write(repository, { 'makima.json': JSON.stringify({ setup }) });
      git(repository, 'add', '-A');
      git(repository, 'commit', '-qnm', 'setup');
      t.equal(await told(await done(t, ':', { repositoryUrl: repository })), 0, setup);
    }
  });

  void t.test('an agent that breaks core.worktree breaks its own git alone', async (t) => {
    const repository = userRepository(t);
    const first = await done(t, 'git config core.worktree /nowhere; echo w > w.txt', { repositoryUrl: repository });
    const next = await done(t, 'git status --short && echo fine > fine.txt', { repositoryUrl: repository });
    t.match(await daemon.text(`/tasks/${next.id}/diff`), /^\+fine$/m);
    t.match(await daemon.text(`/tasks/${first.id}/diff`), /^\+w$/m, 'and its own work can be had all the same');
  });

  void t.test('commits on another branch: told on the task, in its log and by the completion; a parent merges them by name', async (t) => {
    const repository = userRepository(t);
    const task = await done(t, 'git checkout -qb feature/y; echo y > y.txt; git add .; git commit -qm y; git checkout -q -', {
      repositoryUrl: repository,
      completionAction: 'branch',
    });
    t.match(codes(task), ['WORK_ON_OTHER_BRANCHES']);
    t.match(task.completion, {
      status: 'succeeded',
      message: /changed nothing.*Not with it: Commits that are not in this task's work: 1 on feature\/y/,
    });
    t.match((await daemon.lines(task.id, 'system')).join('\n'), /1 on feature\/y/);
    t.match(
      await daemon.text(`/tasks/${task.id}`),
      /^warning: WORK_ON_OTHER_BRANCHES: .*\ncompletion: branch succeeded: .*changed nothing/m,
      'and to whom asks for it as text',
    );
    const parent = await done(t, ':', { isOrchestrator: true, repositoryUrl: repository });
    const child = await done(
      t,
      'git checkout -qb feature/z; echo z > z.txt; git add .; git commit -qm z; git checkout -q -; echo own > own.txt',
      { parentTaskId: parent.id },
    );
    const merge = (body: Record<string, unknown>) =>
      daemon.call<Refusal & { message: string }>('POST', `/tasks/${parent.id}/merge`, { subtaskId: child.id, ...body });
    t.match(await merge({ branch: 'nope' }), { status: 400, body: { code: 'BRANCH_NOT_FOUND' } });
    t.match(await merge({ branch: '--upload-pack=x' }), { status: 400, body: { code: 'INVALID_REF' } });
    t.match(await merge({ branch: 'feature/z' }), { status: 200, body: { message: /Merged feature\/z/ } });
    t.same([existsSync(join(pathOf(parent), 'z.txt')), existsSync(join(pathOf(parent), 'own.txt'))], [true, false]);
    t.match(
      (await daemon.call('GET', `/tasks/${parent.id}/merge/check`)).body,
      { canComplete: false },
      'its own work is still to be merged',
    );
    t.match(await merge({}), { status: 200 });
    t.match((await daemon.call('GET', `/tasks/${parent.id}/merge/check`)).body, { canComplete: true });
    t.same(
      [existsSync(join(pathOf(parent), 'z.txt')), existsSync(join(pathOf(parent), 'own.txt'))],
      [true, true],
      'both are in: the second merge takes nothing of the first away',
    );
    t.match(await merge({ branch: 'feature/z' }), { status: 200, body: { message: /nothing to merge/ } });
    write(pathOf(parent), { 'own.txt': 'the parent’s own words\n' });
    git(pathOf(parent), 'commit', '-qam', 'own');
    t.match(
      (await daemon.call('GET', `/tasks/${parent.id}/merge/check`)).body,
      { canComplete: true },
      'a branch that is merged beside says nothing of the worktree',
    );
    t.match(await daemon.call('POST', `/tasks/${parent.id}/merge/skip`, { subtaskId: child.id, reason: 'left out' }), { status: 200 });
    t.match(await merge({ branch: 'feature/z' }), { status: 200 });
    t.match(
      (await daemon.call('GET', `/tasks/${parent.id}/branches`)).body,
      [{ isSkipped: true }],
      'nor does it undo that the rest was left out',
    );
  });

  void t.test('a worktree that the agent made inside: its files are not committed with the work, its commits are told', async (t) => {
    const repository = userRepository(t);
    const task = await done(
      t,
      'git worktree add -q .claude/worktrees/x; cd .claude/worktrees/x; echo x > x.txt; git add .; git commit -qm x; echo dirty > dirty.txt; cd ../../..; echo own > own.txt; git add -A; git commit -qm all',
      { repositoryUrl: repository, completionAction: 'branch' },
    );
    t.match(codes(task).sort(), ['WORK_IN_OTHER_WORKTREES', 'WORK_ON_OTHER_BRANCHES']);
    t.equal(git(repository, 'ls-tree', '-r', '--name-only', task.branch ?? ''), 'README.md\nown.txt');
    t.match(task.completion?.message, /1 on x/);
    t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
    const kept = join(daemon.home, 'kept', `${task.id}.git`);
    t.equal(git(kept, 'show', `refs/makima/kept-worktrees/${task.id}/x:dirty.txt`), 'dirty', 'and all of it is kept');
    t.equal(git(kept, 'log', '-1', '--format=%s', 'x'), 'x');
  });

  void t.test('the middle of a merge is brought nowhere: not into the user’s branch, not into the parent', async (t) => {
    const repository = userRepository(t, { 'a.txt': 'a\n' });
    const before = fingerprint(repository, { times: true });
    const task = await done(t, halfMerged, { repositoryUrl: repository, completionAction: 'merge' });
    t.match(codes(task), ['OPERATION_UNFINISHED', 'WORK_ON_OTHER_BRANCHES']);
    t.match(task.completion, { status: 'failed', message: /A merge was begun .* is not finished.*Finish or abort it/ });
    t.same(fingerprint(repository, { times: true }), before);
    t.match(
      await daemon.call('POST', `/tasks/${task.id}/completion`, { force: true }),
      { status: 409, body: { code: 'WORK_UNFINISHED' } },
      'force is for markers that are meant',
    );
    const parent = await done(t, ':', { isOrchestrator: true, repositoryUrl: repository });
    const child = await done(t, halfMerged, { parentTaskId: parent.id });
    t.match(await daemon.call('POST', `/tasks/${parent.id}/merge`, { subtaskId: child.id }), {
      status: 409,
      body: { code: 'WORK_UNFINISHED' },
    });
    t.equal(git(pathOf(parent), 'status', '--short'), '');
    git(pathOf(task), 'merge', '--abort');
    t.match(await daemon.call('POST', `/tasks/${task.id}/completion`), { status: 200 });
    t.equal(git(repository, 'show', 'main:a.txt'), 'ours');
  });

  void t.test('conflict markers that were committed are refused, and taken where they are meant', async (t) => {
    const repository = userRepository(t, { 'a.txt': 'a\n' });
    const task = await done(t, `${halfMerged}; git commit -qam merged`, { repositoryUrl: repository, completionAction: 'merge' });
    t.match(task.completion, { status: 'failed', message: /Conflict markers of a merge are left in a\.txt/ });
    t.equal(git(repository, 'show', 'main:a.txt'), 'a');
    t.match(await daemon.call('POST', `/tasks/${task.id}/completion`, { force: true }), { status: 200 });
    t.match(git(repository, 'show', 'main:a.txt'), /^<<<<<<< /);
  });

  void t.test('a base behind what the user has fetched is told, and the newer one can be named', async (t) => {
    const upstream = userRepository(t);
    const clone = join(scratch(t), 'clone');
    git(upstream, 'clone', '-q', upstream, clone);
    write(upstream, { 'newer.txt': 'n\n' });
    git(upstream, 'add', '.');
    git(upstream, 'commit', '-qm', 'newer');
    git(clone, 'fetch', '-q');
    const behind = await done(t, 'git log --format=%s', { repositoryUrl: clone });
    t.match(behind.warnings, [{ code: 'BASE_BEHIND_ORIGIN', message: /main is 1 commit behind origin\/main/ }]);
    t.match((await daemon.lines(behind.id, 'system')).join('\n'), /behind origin\/main/);
    const newer = await done(t, 'git diff --stat main', { repositoryUrl: clone, baseBranch: 'origin/main', isOrchestrator: true });
    t.same([newer.warnings, existsSync(join(pathOf(newer), 'newer.txt'))], [[], true]);
    const child = await done(t, 'echo c > c.txt', { parentTaskId: newer.id });
    t.same([child.baseCommit, child.baseBranch], [newer.baseCommit, 'origin/main']);
    t.match(await daemon.call('POST', '/tasks', { name: 'n', plan: 'p', repositoryUrl: clone, baseBranch: 'origin/nope' }), {
      status: 400,
      body: { code: 'BRANCH_NOT_FOUND' },
    });
  });

  void t.test('a further run clears what the last one was warned of', async (t) => {
    const task = await done(
      t,
      'if [ -e again ]; then git branch -q -D side; else touch again; git checkout -qb side; git commit -q --allow-empty -m s; git checkout -q -; fi',
    );
    t.match(codes(task), ['WORK_ON_OTHER_BRANCHES']);
    t.equal((await daemon.call('POST', `/tasks/${task.id}/start`)).status, 202);
    t.same((await daemon.ended(task.id)).warnings, []);
  });

  void t.test('a start that fails where the worktree was removed by hand keeps the commits of the runs before', async (t) => {
    const repository = userRepository(t);
    git(repository, 'branch', 'feature');
    const task = await done(t, 'git commit -q --allow-empty -m mine', { repositoryUrl: repository, baseBranch: 'feature' });
    const mine = git(pathOf(task), 'rev-parse', 'HEAD');
    rmSync(pathOf(task), { recursive: true });
    git(repository, 'branch', '-q', '-D', 'feature');
    await daemon.call('POST', `/tasks/${task.id}/start`);
    t.match(await daemon.ended(task.id), { status: 'failed', errorMessage: /feature/ });
    t.equal(git(join(daemon.home, 'kept', `${task.id}.git`), 'log', '-1', '--format=%s', mine), 'mine');
    git(repository, 'branch', 'feature');
    await daemon.call('POST', `/tasks/${task.id}/start`);
    t.match(await daemon.ended(task.id), { status: 'done' }, 'and the next begins anew');
  });

  void t.test('what is left of a deleted task is its repository, and nothing of it in the caches', async (t) => {
    const repository = userRepository(t);
    const task = await done(t, 'git commit -q --allow-empty -m mine', { repositoryUrl: repository });
    const mine = git(pathOf(task), 'rev-parse', 'HEAD');
    t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
    t.notOk(readdirSync(join(daemon.home, 'repositories')).some((name) => name.startsWith(task.id)));
    t.equal(git(join(daemon.home, 'kept', `${task.id}.git`), 'cat-file', '-t', mine), 'commit');
    for (const name of readdirSync(join(daemon.home, 'caches')))
      t.throws(() => git(join(daemon.home, 'caches', name), 'cat-file', '-e', mine), name);
    mkdirSync(pathOf(task), { recursive: true });
    t.match(await daemon.call('POST', `/tasks/${task.id}/worktree/restore`), { status: 409, body: { code: 'TARGET_EXISTS' } });
  });
});
