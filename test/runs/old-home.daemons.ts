/** A home of the first release, in which the tasks of a source share one repository, is taken over with all that runs and stands in it. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { MergeCheck, MergePreview, MergeStatus, SubtaskBranch } from '../../schemas/merge.ts';
import type { Task } from '../../schemas/task.ts';
import type { FileChange } from '../../schemas/worktree.ts';
import { git, type Refusal } from '../support/daemon.ts';
import { OldHome } from '../support/old-home.ts';
import { allKinds, file, has, ownUser, pathOf, ranTo, source, status, takeOver } from '../support/take-over.ts';

t.setTimeout(300_000);
ownUser(t);

void t.test('agents go on and can be stopped, and what they say is complete', async (t) => {
  const old = await OldHome.make(t);
  const repositoryUrl = source(t);
  const counts = await old.running({ name: 'count', plan: 'COUNT: 60 EVERY: 20', repositoryUrl }, 'counts');
  const forever = await old.running({ name: 'forever', plan: 'first', repositoryUrl }, 'forever');
  await old.close();
  const daemon = await takeOver(t, old);
  t.match((await daemon.call('GET', `/tasks/${forever.task.id}`)).body, {
    status: 'running',
    warnings: [],
    branch: forever.worktree.branch,
  });
  t.match(await daemon.stopped(forever.task.id), { status: 'interrupted' });
  t.same(await daemon.said(forever.task.id), ['Working until somebody interrupts.']);
  t.match(await daemon.ended(counts.task.id), { status: 'done' });
  t.same(
    await daemon.said(counts.task.id),
    Array.from({ length: 60 }, (_, index) => `line ${index + 1} of 60`),
  );
  const { body } = await daemon.call<FileChange[]>('GET', `/tasks/${counts.task.id}/diff`);
  t.same(
    body.map(({ path }) => path),
    ['.counted'],
  );
});

for (const behindLink of [false, true]) {
  void t.test(`a start that was half done is taken back and done again${behindLink ? ', in a home behind a link too' : ''}`, async (t) => {
    const old = await OldHome.make(t, { behindLink });
    const { task, worktree } = await old.beingSetUp({ plan: 'RUN: echo 1 > one', repositoryUrl: source(t) });
    await old.close();
    const daemon = await takeOver(t, old);
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
  const lost = await old.done(
    { name: 'lost', plan: 'RUN: echo again > again; git add again; git commit -qm again', repositoryUrl },
    'echo 1 > one',
  );
  rmSync(lost.worktree.path, { recursive: true });
  await old.close();
  let daemon = await takeOver(t, old);
  const { body: changes } = await daemon.call<FileChange[]>('GET', `/tasks/${task.id}/diff`);
  t.same(changes.map((each) => `${each.status} ${each.path}`).sort(), [
    'added committed',
    'added link',
    'added new',
    'added staged',
    'deleted gone.txt',
    'modified README.md',
  ]);
  t.match(await daemon.text(`/tasks/${task.id}/output`), 'Worktree ready');
  for (const { id } of [task, lost.task]) {
    t.equal((await daemon.call('POST', `/tasks/${id}/start`)).status, 202);
    t.match(await daemon.ended(id), { status: 'done' });
  }
  t.same(status(task), ['!! .makima/', '!! ignored']);
  t.equal(git(worktree.gitDir, 'rev-parse', worktree.branch), git(worktree.path, 'rev-parse', 'HEAD'), 'the branch is where it was');
  await daemon.close();

  for (const name of readdirSync(old.home)) if (name.startsWith('state.sqlite')) rmSync(join(old.home, name));
  daemon = await takeOver(t, old);
  t.match(
    (await daemon.call('GET', `/tasks/${task.id}`)).body,
    { status: 'interrupted', warnings: [] },
    'where the state was lost, the cards tell of it',
  );
  t.equal((await daemon.call<FileChange[]>('GET', `/tasks/${task.id}/diff`)).body.length, 6);
  t.equal(
    (await daemon.call('POST', `/tasks/${lost.task.id}/completion`, { action: 'branch', targetRepoPath: repositoryUrl })).status,
    200,
  );
  t.equal(
    git(repositoryUrl, 'log', '--format=%s', lost.worktree.branch),
    'again\nfirst',
    'of two cards the one of its own repository counts',
  );
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
  const daemon = await takeOver(t, old);
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

for (const [what, url] of [
  ['a path', (t: Test) => source(t)],
  ['a clone URL', (t: Test) => `file://${source(t)}`],
  ['new://', () => 'new://'],
  ['no repository', () => null],
] as const) {
  void t.test(`a tree grows on, of ${what}`, async (t) => {
    const old = await OldHome.make(t);
    const parent = await old.done({ isOrchestrator: true, repositoryUrl: url(t) }, 'echo p > parents');
    const child = await old.done({}, 'echo c > childs; git add childs; git commit -qm c; echo u > more', parent);
    await old.close();
    const daemon = await takeOver(t, old);
    const { id } = parent.task;
    const merge = (subtaskId: string) => daemon.call<Refusal>('POST', `/tasks/${id}/merge`, { subtaskId });
    t.equal((await merge(child.task.id)).status, 200, 'an old subtask');

    const added = await ranTo(
      t,
      daemon,
      'done',
      'git log --format=%H > ../log-$$; test "$(wc -l < ../log-$$)" = 1 || exit 1; rm ../log-$$; echo n > news; git add news; git commit -qm n; echo m > more',
      { parentTaskId: id },
    );
    t.equal(added.baseCommit, parent.worktree.baseCommit, 'a new one begins where its parent did');
    t.equal(git(pathOf(added), 'rev-parse', 'main'), parent.worktree.baseCommit);
    t.match((await daemon.call<MergePreview>('GET', `/tasks/${id}/merge/preview?subtaskId=${added.id}`)).body, {
      clean: false,
      conflicts: [{ file: 'more' }],
    });
    t.match((await merge(added.id)).body, { code: 'MERGE_CONFLICT' });
    t.equal((await daemon.call('POST', `/tasks/${id}/merge/abort`)).status, 200);
    t.notOk(has(parent.task, 'news'));
    t.equal((await merge(added.id)).status, 409);
    t.equal((await daemon.call('POST', `/tasks/${id}/merge/resolve`, { file: 'more', strategy: 'ours' })).status, 200);
    t.equal((await daemon.call('POST', `/tasks/${id}/merge/commit`, {})).status, 200);

    const on = await ranTo(t, daemon, 'done', 'echo o > ons; git add -A; git commit -qm o', {
      parentTaskId: id,
      continueFromTaskId: child.task.id,
      copyFiles: ['parents'],
    });
    t.equal((await merge(on.id)).status, 200, 'one that continues an old one');
    t.same(
      ['parents', 'childs', 'more', 'news', 'ons'].map((name) => file(parent.task, name)),
      ['p\n', 'c\n', 'u\n', 'n\n', 'o\n'],
    );
    t.same(
      (await daemon.call<SubtaskBranch[]>('GET', `/tasks/${id}/branches`)).body.map(({ isMerged }) => isMerged),
      [true, true, true],
    );
    git(parent.worktree.path, 'fsck', '--connectivity-only');
    git(pathOf(on), 'fsck', '--connectivity-only');
  });
}
