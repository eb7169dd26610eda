/** What comes of the work in a home of the first release: it is continued, brought elsewhere, deleted and had back. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { fingerprint, git, scratch } from '../support/daemon.ts';
import { OldHome } from '../support/old-home.ts';
import { allKinds, file, has, ownUser, pathOf, ranTo, source, status, statusOfAllKinds, takeOver } from '../support/take-over.ts';

t.setTimeout(300_000);
ownUser(t);

void t.test('a new task continues an old one, with everything in it', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  const { task } = await old.done({ repositoryUrl }, allKinds);
  await old.close();
  const daemon = await takeOver(t, old);
  const before = fingerprint(pathOf(task), { times: true });
  const next = await ranTo(t, daemon, 'done', ':', { repositoryUrl, continueFromTaskId: task.id });
  t.same(status(next), statusOfAllKinds);
  t.equal(git(pathOf(next), 'show', ':staged'), '1', 'what is staged, too');
  t.same(fingerprint(pathOf(task), { times: true }), before);
  t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
  t.same(
    status(await ranTo(t, daemon, 'done', ':', { repositoryUrl, continueFromTaskId: next.id })),
    statusOfAllKinds,
    'and another that one, when the first is gone',
  );
});

void t.test('a shallow source has moved on since: new tasks see where the old history ends', async (t) => {
  const old = await OldHome.make(t);
  const upstream = source(t);
  const second = (): void => void git(upstream, 'commit', '-q', '--allow-empty', '-m', 'more');
  second();
  const repositoryUrl = join(scratch(t), 'shallow');
  git(upstream, 'clone', '-q', '--depth=1', `file://${upstream}`, repositoryUrl);
  const parent = await old.done({ isOrchestrator: true, repositoryUrl }, 'echo p > parents; git add parents; git commit -qm p');
  await old.close();
  second();
  git(repositoryUrl, 'fetch', '-q', '--depth=1', 'origin', 'main');
  git(repositoryUrl, 'reset', '-q', '--hard', 'FETCH_HEAD');
  const daemon = await takeOver(t, old);
  const { id, overlayPath } = await ranTo(t, daemon, 'done', 'git log; echo n > news', { parentTaskId: parent.task.id });
  t.equal(git(overlayPath ?? '', 'log', '--format=%s'), 'more');
  t.equal((await daemon.call('POST', `/tasks/${parent.task.id}/merge`, { subtaskId: id })).status, 200);
  t.equal(
    git(
      pathOf(await ranTo(t, daemon, 'done', 'git log', { repositoryUrl, continueFromTaskId: parent.task.id })),
      'rev-list',
      '--count',
      'HEAD',
    ),
    '4',
  );
});

void t.test('large files of Git LFS are where the commits are that name them', async (t) => {
  const old = await OldHome.make(t);
  const stored = (name: string): string => join('lfs', 'objects', name.slice(0, 2), name.slice(2, 4), name);
  const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
  const put = (name: string): string => `at=$(git rev-parse --git-common-dir)/${stored(name)}; mkdir -p "\${at%/*}"; echo large > "$at"`;
  const parent = await old.done({ isOrchestrator: true, repositoryUrl: source(t) }, put(first));
  await old.close();
  const daemon = await takeOver(t, old);
  const { id } = await ranTo(t, daemon, 'done', `${put(second)}; echo pointer > file`, {
    parentTaskId: parent.task.id,
    continueFromTaskId: parent.task.id,
  });
  const next = await ranTo(t, daemon, 'done', ':', { repositoryUrl: parent.task.repositoryUrl, continueFromTaskId: id });
  for (const name of [first, second]) t.ok(existsSync(join(old.home, 'repositories', `${next.id}.git`, stored(name))), 'continued');
  t.equal((await daemon.call('POST', `/tasks/${parent.task.id}/merge`, { subtaskId: id })).status, 200);
  t.ok(existsSync(join(parent.worktree.gitDir, stored(second))), 'merged');
});

void t.test('new://name: a new task is based on the branch of an old one, or begins empty', async (t) => {
  const old = await OldHome.make(t);
  const { task } = await old.done({ repositoryUrl: 'new://shared' }, 'echo 1 > one; git add one; git commit -qm one; git branch aside');
  await old.close();
  const daemon = await takeOver(t, old);
  for (const baseBranch of [task.branch, 'aside']) {
    const next = await ranTo(t, daemon, 'done', ':', { repositoryUrl: 'new://shared', baseBranch });
    t.equal(file(next, 'one'), '1\n');
    t.equal(git(pathOf(next), 'log', '--format=%s'), 'one\nInitial commit');
  }
  t.notOk(has(await ranTo(t, daemon, 'done', ':', { repositoryUrl: 'new://shared' }), 'one'));
  t.match(await ranTo(t, daemon, 'failed', ':', { repositoryUrl: 'new://shared', baseBranch: 'nowhere' }), {
    errorMessage: /There is no branch nowhere/,
  });
  t.match(await ranTo(t, daemon, 'failed', ':', { repositoryUrl: 'new://other', baseBranch: task.branch }), {
    errorMessage: /There is no branch/,
  });
});

void t.test('the work is brought into a repository, and cloned', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  const [path, tree] = [await old.done({ repositoryUrl }, allKinds), await old.done({ repositoryUrl: null }, 'echo s > scratch')];
  await old.close();
  const daemon = await takeOver(t, old);
  const complete = async (id: string, action: string, targetRepoPath: string): Promise<void> => {
    t.match((await daemon.call('POST', `/tasks/${id}/completion`, { action, targetRepoPath })).body, { success: true });
  };
  await complete(path.task.id, 'branch', repositoryUrl);
  t.equal(git(repositoryUrl, 'show', `${path.worktree.branch}:README.md`), 'hello\nu');
  await complete(path.task.id, 'merge', repositoryUrl);
  t.same(
    ['committed', 'new', 'staged'].map((name) => readFileSync(join(repositoryUrl, name), 'utf8')),
    ['c\n', 'n\n', '2\n'],
  );
  await complete(tree.task.id, 'branch', repositoryUrl);
  t.equal(git(repositoryUrl, 'show', `${tree.worktree.branch}:scratch`), 's');
  const targetDir = join(scratch(t), 'clone');
  t.equal((await daemon.call('POST', `/tasks/${path.task.id}/worktree/clone`, { targetDir })).status, 201);
  t.same(git(targetDir, 'status', '--short').split('\n').sort(), [' D gone.txt', ' M README.md', '?? link', '?? new', '?? staged']);
  t.match(git(targetDir, 'branch', '-a'), 'remotes/origin/main');
  git(targetDir, 'fsck');
});

void t.test('deletions: finished, undone, and of no worktree that is to be kept', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  const make = (name: string) => old.done({ name, plan: 'RUN: :', repositoryUrl }, allKinds);
  const [half, gone, now, keep, neighbour] = [
    await make('half'),
    await make('gone'),
    await make('now'),
    await make('keep'),
    await make('neighbour'),
  ];
  await old.delete(half, { isHalf: true });
  await old.delete(gone);
  await old.close();
  let daemon = await takeOver(t, old);
  const restore = async (id: string): Promise<void> => {
    const { status: answer, body } = await daemon.call('POST', `/tasks/${id}/worktree/restore`);
    t.equal(answer, 200, JSON.stringify(body));
    t.same(status(body), [' D gone.txt', ' M README.md', '!! .makima/', '?? link', '?? new', '?? staged'], basename(pathOf(body)));
    t.equal(git(pathOf(body), 'log', '--format=%s'), 'c\nfirst');
  };
  t.same([existsSync(half.worktree.path), existsSync(half.worktree.adminDir)], [false, false], 'the daemon had died in the middle of it');
  t.equal((await daemon.call('DELETE', `/tasks/${now.task.id}`)).status, 204);
  t.same([existsSync(now.worktree.path), existsSync(now.worktree.adminDir)], [false, false]);
  for (const { task } of [half, gone, now]) await restore(task.id);
  t.equal((await daemon.call('POST', `/tasks/${half.task.id}/start`)).status, 202);
  t.match(await daemon.ended(half.task.id), { status: 'done' });
  for (const { task } of [gone, keep]) {
    t.equal((await daemon.call('DELETE', `/tasks/${task.id}?worktree=keep`)).status, 204);
    t.match(await daemon.call('POST', `/tasks/${task.id}/worktree/restore`), { status: 404 }, 'nothing tells of it any more');
  }
  const before = [gone, keep, neighbour].map(({ worktree }) => fingerprint(worktree.path));
  await daemon.close();
  daemon = await takeOver(t, old);
  t.same(
    [gone, keep, neighbour].map(({ worktree }) => fingerprint(worktree.path)),
    before,
    'what was kept is there, also where it had been deleted once',
  );
  t.equal((await daemon.call('DELETE', `/tasks/${now.task.id}`)).status, 204);
  await restore(now.task.id);
});

void t.test('what an agent committed in a submodule outlives the deletion', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  git(repositoryUrl, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', source(t), 'part');
  git(repositoryUrl, 'commit', '-q', '-m', 'with a part');
  const { task, worktree } = await old.done(
    { repositoryUrl },
    'git -c protocol.file.allow=always submodule --quiet update --init; cd part; echo 1 > one; git add one; git commit -qm one',
  );
  await old.close();
  const daemon = await takeOver(t, old);
  const next = await ranTo(t, daemon, 'done', 'cd part; git log', { repositoryUrl, continueFromTaskId: task.id });
  t.equal(git(join(pathOf(next), 'part'), 'log', '--format=%s'), 'one\nfirst', 'continued');
  t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
  rmSync(repositoryUrl, { recursive: true });
  t.equal((await daemon.call('POST', `/tasks/${task.id}/worktree/restore`)).status, 200, 'also where the source is gone');
  t.equal(git(join(worktree.path, 'part'), 'log', '--format=%s'), 'one\nfirst');
  t.equal(git(worktree.path, 'status', '--short'), ' M part');
  t.equal(git(join(pathOf(next), 'part'), 'log', '--format=%s'), 'one\nfirst', 'the other has its own');
});
