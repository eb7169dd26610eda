/** A home of the first release, in which the tasks of a source share one repository, is taken over with all that is in it. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import t, { type Test } from 'tap';
import type { MergeCheck, MergePreview, MergeStatus, SubtaskBranch } from '../../schemas/merge.ts';
import type { Task } from '../../schemas/task.ts';
import type { FileChange } from '../../schemas/worktree.ts';
import { fingerprint, git, scratch, startDaemon, userRepository, write, type Refusal, type TestDaemon } from '../support/daemon.ts';
import { OldHome } from '../support/old-home.ts';

t.setTimeout(300_000);

const userHome = scratch(t);
write(userHome, { '.gitconfig': '[user]\n\tname = A\n\temail = a@example.com\n' });
process.env['HOME'] = userHome;

/** Commits, what is changed, deleted, new, ignored, and staged otherwise than it is. */
const allKinds = 'echo c > committed; git add committed; git commit -qm c; echo u >> README.md; rm gone.txt; echo n > new; chmod 755 new; ln -s new link; echo i > ignored; echo 1 > staged; git add staged; echo 2 > staged';
const shortOfAllKinds = [' D gone.txt', ' M README.md', '!! .makima/', '!! ignored', '?? link', '?? new', 'AM staged'];
const source = (t: Test): string => userRepository(t, { 'README.md': 'hello\n', 'gone.txt': 'old\n', '.gitignore': 'ignored\n' });

const start = async (t: Test, { home }: OldHome, agent = 'runs-plan'): Promise<TestDaemon> => startDaemon(t, agent, { MAKIMA_HOME: home });
const ranTo = async (t: Test, daemon: TestDaemon, status: string, plan: string, more: Record<string, unknown>): Promise<Task> => {
  const task = await daemon.ended((await daemon.start({ plan: `RUN: ${plan}`, ...more })).id);
  t.equal(task.status, status, task.errorMessage ?? status);
  return task;
};
const file = (task: { overlayPath: string | null }, name: string): string => readFileSync(join(task.overlayPath ?? '', name), 'utf8');
const has = (task: { overlayPath: string | null }, name: string): boolean => existsSync(join(task.overlayPath ?? '', name));
const status = (task: { overlayPath: string | null }): string[] => git(task.overlayPath ?? '', 'status', '--short', '--ignored').split('\n').sort();

void t.test('agents go on and can be stopped, and what they say is complete', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  const counts = await old.running({ name: 'count', plan: 'COUNT: 60 EVERY: 20', repositoryUrl }, 'counts');
  const forever = await old.running({ name: 'forever', plan: 'first', repositoryUrl }, 'forever');
  await old.close();
  const daemon = await start(t, old);
  t.match((await daemon.call('GET', `/tasks/${forever.task.id}`)).body, { status: 'running', warnings: [], branch: forever.worktree.branch });
  t.match(await daemon.stopped(forever.task.id), { status: 'interrupted' });
  t.same(await daemon.said(forever.task.id), ['Working until somebody interrupts.']);
  t.match(await daemon.ended(counts.task.id), { status: 'done' });
  t.same(await daemon.said(counts.task.id), Array.from({ length: 60 }, (_, index) => `line ${index + 1} of 60`));
  const { body } = await daemon.call<FileChange[]>('GET', `/tasks/${counts.task.id}/diff`);
  t.same(body.map(({ path }) => path), ['.counted']);
});

for (const behindLink of [false, true]) {
  void t.test(`a start that was half done is taken back and done again${behindLink ? ', in a home behind a link too' : ''}`, async (t) => {
    const old = await OldHome.make(t, { behindLink });
    const { task, worktree } = await old.beingSetUp({ plan: 'RUN: echo 1 > one', repositoryUrl: source(t) });
    await old.close();
    const daemon = await start(t, old);
    const ended = await daemon.ended(task.id);
    t.match(ended, { status: 'done', overlayPath: worktree.path, branch: worktree.branch, baseCommit: worktree.baseCommit });
    t.same([has(ended, 'one'), has(ended, 'half set up')], [true, false]);
    t.notOk(existsSync(worktree.adminDir), 'its place in the shared repository is gone');
    t.ok(existsSync(join(old.home, 'repositories', `${task.id}.git`)), 'it has one of its own');
  });
}

void t.test('a task is read, started again in its worktree, and anew where that is gone', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  const { task, worktree } = await old.done({ name: 'work', plan: 'RUN: git add -A; git commit -qm all', repositoryUrl }, allKinds);
  const lost = await old.done({ name: 'lost', plan: 'RUN: echo again > again; git add again; git commit -qm again', repositoryUrl }, 'echo 1 > one');
  rmSync(lost.worktree.path, { recursive: true });
  await old.close();
  let daemon = await start(t, old);
  const { body: changes } = await daemon.call<FileChange[]>('GET', `/tasks/${task.id}/diff`);
  t.same(changes.map((each) => `${each.status} ${each.path}`).sort(), ['added committed', 'added link', 'added new', 'added staged', 'deleted gone.txt', 'modified README.md']);
  t.match(await daemon.text(`/tasks/${task.id}/output`), 'Worktree ready');
  for (const { id } of [task, lost.task]) {
    t.equal((await daemon.call('POST', `/tasks/${id}/start`)).status, 202);
    t.match(await daemon.ended(id), { status: 'done' });
  }
  t.same(status(task), ['!! .makima/', '!! ignored']);
  t.equal(git(worktree.gitDir, 'rev-parse', worktree.branch), git(worktree.path, 'rev-parse', 'HEAD'), 'the branch is where it was');
  await daemon.close();

  for (const name of readdirSync(old.home)) if (name.startsWith('state.sqlite')) rmSync(join(old.home, name));
  daemon = await start(t, old);
  t.match((await daemon.call('GET', `/tasks/${task.id}`)).body, { status: 'interrupted', warnings: [] }, 'where the state was lost, the cards tell of it');
  t.equal((await daemon.call<FileChange[]>('GET', `/tasks/${task.id}/diff`)).body.length, 6);
  t.equal((await daemon.call('POST', `/tasks/${lost.task.id}/completion`, { action: 'branch', targetRepoPath: repositoryUrl })).status, 200);
  t.equal(git(repositoryUrl, 'log', '--format=%s', lost.worktree.branch), 'again\nfirst', 'of two cards the one of its own repository counts');
});

void t.test('a merge that was left open is gone on with, undone or committed', async (t) => {
  const old = await OldHome.make(t);
  const tree = async (): Promise<string[]> => {
    const parent = await old.done({ isOrchestrator: true, repositoryUrl: source(t) }, 'echo p > both; echo own > README.md');
    const child = await old.done({}, 'echo c > both; git add both; git commit -qm c; echo u > more', parent);
    await old.openMerge(parent, child);
    return [parent.task.id, child.task.id];
  };
  const [[undone = '', again = ''], [resolved = '']] = [await tree(), await tree()];
  await old.close();
  const daemon = await start(t, old);
  const parentOf = async (id: string): Promise<Task> => (await daemon.call('GET', `/tasks/${id}`)).body;
  t.match((await daemon.call<MergeStatus>('GET', `/tasks/${undone}/merge`)).body, { inProgress: true, conflicts: [{ file: 'both' }] });
  t.equal((await daemon.call('POST', `/tasks/${undone}/merge/abort`)).status, 200);
  t.same(status(await parentOf(undone)), [' M README.md', '!! .makima/', '?? both']);
  t.match((await daemon.call<Refusal>('POST', `/tasks/${undone}/merge`, { subtaskId: again })).body, { code: 'MERGE_CONFLICT' });
  for (const id of [undone, resolved]) {
    t.equal((await daemon.call('POST', `/tasks/${id}/merge/resolve`, { file: 'both', strategy: 'theirs' })).status, 200);
    t.equal((await daemon.call('POST', `/tasks/${id}/merge/commit`, {})).status, 200);
    const parent = await parentOf(id);
    t.same([file(parent, 'both'), file(parent, 'more'), file(parent, 'README.md')], ['c\n', 'u\n', 'own\n']);
    t.match((await daemon.call<MergeCheck>('GET', `/tasks/${id}/merge/check`)).body, { canComplete: true, mergedCount: 1 });
  }
});

for (const [what, url] of [['a path', (t: Test) => source(t)], ['a clone URL', (t: Test) => `file://${source(t)}`], ['new://', () => 'new://'], ['no repository', () => null]] as const) {
  void t.test(`a tree grows on, of ${what}`, async (t) => {
    const old = await OldHome.make(t);
    const parent = await old.done({ isOrchestrator: true, repositoryUrl: url(t) }, 'echo p > parents');
    const child = await old.done({}, 'echo c > childs; git add childs; git commit -qm c; echo u > more', parent);
    await old.close();
    const daemon = await start(t, old);
    const { id } = parent.task;
    const merge = (subtaskId: string) => daemon.call<Refusal>('POST', `/tasks/${id}/merge`, { subtaskId });
    t.equal((await merge(child.task.id)).status, 200, 'an old subtask');

    const added = await ranTo(t, daemon, 'done', 'git log --format=%H > ../log-$$; test "$(wc -l < ../log-$$)" = 1 || exit 1; rm ../log-$$; echo n > news; git add news; git commit -qm n; echo m > more', { parentTaskId: id });
    t.equal(added.baseCommit, parent.worktree.baseCommit, 'a new one begins where its parent did');
    t.equal(git(added.overlayPath ?? '', 'rev-parse', 'main'), parent.worktree.baseCommit);
    t.match((await daemon.call<MergePreview>('GET', `/tasks/${id}/merge/preview?subtaskId=${added.id}`)).body, { clean: false, conflicts: [{ file: 'more' }] });
    t.match((await merge(added.id)).body, { code: 'MERGE_CONFLICT' });
    t.equal((await daemon.call('POST', `/tasks/${id}/merge/abort`)).status, 200);
    t.notOk(has(parent.task, 'news'));
    t.equal((await merge(added.id)).status, 409);
    t.equal((await daemon.call('POST', `/tasks/${id}/merge/resolve`, { file: 'more', strategy: 'ours' })).status, 200);
    t.equal((await daemon.call('POST', `/tasks/${id}/merge/commit`, {})).status, 200);

    const on = await ranTo(t, daemon, 'done', 'echo o > ons; git add -A; git commit -qm o', { parentTaskId: id, continueFromTaskId: child.task.id, copyFiles: ['parents'] });
    t.equal((await merge(on.id)).status, 200, 'one that continues an old one');
    t.same(['parents', 'childs', 'more', 'news', 'ons'].map((name) => file(parent.task, name)), ['p\n', 'c\n', 'u\n', 'n\n', 'o\n']);
    t.same((await daemon.call<SubtaskBranch[]>('GET', `/tasks/${id}/branches`)).body.map(({ isMerged }) => isMerged), [true, true, true]);
    git(parent.worktree.path, 'fsck', '--connectivity-only');
    git(on.overlayPath ?? '', 'fsck', '--connectivity-only');
  });
}

void t.test('a new task continues an old one, with everything in it', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  const { task } = await old.done({ repositoryUrl }, allKinds);
  await old.close();
  const daemon = await start(t, old);
  const before = fingerprint(task.overlayPath ?? '', { times: true });
  const next = await ranTo(t, daemon, 'done', ':', { repositoryUrl, continueFromTaskId: task.id });
  t.same(status(next), shortOfAllKinds);
  t.equal(git(next.overlayPath ?? '', 'show', ':staged'), '1', 'what is staged, too');
  t.same(fingerprint(task.overlayPath ?? '', { times: true }), before);
  t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
  t.same(status(await ranTo(t, daemon, 'done', ':', { repositoryUrl, continueFromTaskId: next.id })), shortOfAllKinds, 'and another that one, when the first is gone');
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
  const daemon = await start(t, old);
  const { id, overlayPath } = await ranTo(t, daemon, 'done', 'git log; echo n > news', { parentTaskId: parent.task.id });
  t.equal(git(overlayPath ?? '', 'log', '--format=%s'), 'more');
  t.equal((await daemon.call('POST', `/tasks/${parent.task.id}/merge`, { subtaskId: id })).status, 200);
  t.equal(git((await ranTo(t, daemon, 'done', 'git log', { repositoryUrl, continueFromTaskId: parent.task.id })).overlayPath ?? '', 'rev-list', '--count', 'HEAD'), '4');
});

void t.test('large files of Git LFS are where the commits are that name them', async (t) => {
  const old = await OldHome.make(t);
  const stored = (name: string): string => join('lfs', 'objects', name.slice(0, 2), name.slice(2, 4), name);
  const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
  const put = (name: string): string => `at=$(git rev-parse --git-common-dir)/${stored(name)}; mkdir -p "\${at%/*}"; echo large > "$at"`;
  const parent = await old.done({ isOrchestrator: true, repositoryUrl: source(t) }, put(first));
  await old.close();
  const daemon = await start(t, old);
  const { id } = await ranTo(t, daemon, 'done', `${put(second)}; echo pointer > file`, { parentTaskId: parent.task.id, continueFromTaskId: parent.task.id });
  const next = await ranTo(t, daemon, 'done', ':', { repositoryUrl: parent.task.repositoryUrl, continueFromTaskId: id });
  for (const name of [first, second]) t.ok(existsSync(join(old.home, 'repositories', `${next.id}.git`, stored(name))), 'continued');
  t.equal((await daemon.call('POST', `/tasks/${parent.task.id}/merge`, { subtaskId: id })).status, 200);
  t.ok(existsSync(join(parent.worktree.gitDir, stored(second))), 'merged');
});

void t.test('new://name: a new task is based on the branch of an old one, or begins empty', async (t) => {
  const old = await OldHome.make(t);
  const { task } = await old.done({ repositoryUrl: 'new://shared' }, 'echo 1 > one; git add one; git commit -qm one; git branch aside');
  await old.close();
  const daemon = await start(t, old);
  for (const baseBranch of [task.branch, 'aside']) {
    const next = await ranTo(t, daemon, 'done', ':', { repositoryUrl: 'new://shared', baseBranch });
    t.equal(file(next, 'one'), '1\n');
    t.equal(git(next.overlayPath ?? '', 'log', '--format=%s'), 'one\nInitial commit');
  }
  t.notOk(has(await ranTo(t, daemon, 'done', ':', { repositoryUrl: 'new://shared' }), 'one'));
  t.match(await ranTo(t, daemon, 'failed', ':', { repositoryUrl: 'new://shared', baseBranch: 'nowhere' }), { errorMessage: /There is no branch nowhere/ });
  t.match(await ranTo(t, daemon, 'failed', ':', { repositoryUrl: 'new://other', baseBranch: task.branch }), { errorMessage: /There is no branch/ });
});

void t.test('the work is brought into a repository, and cloned', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  const [path, tree] = [await old.done({ repositoryUrl }, allKinds), await old.done({ repositoryUrl: null }, 'echo s > scratch')];
  await old.close();
  const daemon = await start(t, old);
  const complete = async (id: string, action: string, targetRepoPath: string): Promise<void> => {
    t.match((await daemon.call('POST', `/tasks/${id}/completion`, { action, targetRepoPath })).body, { success: true });
  };
  await complete(path.task.id, 'branch', repositoryUrl);
  t.equal(git(repositoryUrl, 'show', `${path.worktree.branch}:README.md`), 'hello\nu');
  await complete(path.task.id, 'merge', repositoryUrl);
  t.same(['committed', 'new', 'staged'].map((name) => readFileSync(join(repositoryUrl, name), 'utf8')), ['c\n', 'n\n', '2\n']);
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
  const [half, gone, now, keep, neighbour] = [await make('half'), await make('gone'), await make('now'), await make('keep'), await make('neighbour')];
  await old.delete(half, { isHalf: true });
  await old.delete(gone);
  await old.close();
  let daemon = await start(t, old);
  const restore = async (id: string): Promise<void> => {
    const { status: answer, body } = await daemon.call('POST', `/tasks/${id}/worktree/restore`);
    t.equal(answer, 200, JSON.stringify(body));
    t.same(status(body), [' D gone.txt', ' M README.md', '!! .makima/', '?? link', '?? new', '?? staged'], basename(body.overlayPath ?? ''));
    t.equal(git(body.overlayPath ?? '', 'log', '--format=%s'), 'c\nfirst');
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
  daemon = await start(t, old);
  t.same([gone, keep, neighbour].map(({ worktree }) => fingerprint(worktree.path)), before, 'what was kept is there, also where it had been deleted once');
  t.equal((await daemon.call('DELETE', `/tasks/${now.task.id}`)).status, 204);
  await restore(now.task.id);
});

void t.test('what an agent committed in a submodule outlives the deletion', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  git(repositoryUrl, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', source(t), 'part');
  git(repositoryUrl, 'commit', '-q', '-m', 'with a part');
  const { task, worktree } = await old.done({ repositoryUrl }, 'git -c protocol.file.allow=always submodule --quiet update --init; cd part; echo 1 > one; git add one; git commit -qm one');
  await old.close();
  const daemon = await start(t, old);
  const next = await ranTo(t, daemon, 'done', 'cd part; git log', { repositoryUrl, continueFromTaskId: task.id });
  t.equal(git(join(next.overlayPath ?? '', 'part'), 'log', '--format=%s'), 'one\nfirst', 'continued');
  t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
  rmSync(repositoryUrl, { recursive: true });
  t.equal((await daemon.call('POST', `/tasks/${task.id}/worktree/restore`)).status, 200, 'also where the source is gone');
  t.equal(git(join(worktree.path, 'part'), 'log', '--format=%s'), 'one\nfirst');
  t.equal(git(worktree.path, 'status', '--short'), ' M part');
  t.equal(git(join(next.overlayPath ?? '', 'part'), 'log', '--format=%s'), 'one\nfirst', 'the other has its own');
});
