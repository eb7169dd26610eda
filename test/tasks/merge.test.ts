import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test as Tap } from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { MergeCheck, MergeOutlook, MergePreview, MergeResult, MergeStatus, SubtaskBranch } from '../../schemas/merge.ts';
import type { Task } from '../../schemas/task.ts';
import { orchestrateScript } from '../../src/orchestrator/script.ts';
import { fingerprint, git, lineOf, scratch, startDaemon, userRepository, type Refusal, type TestDaemon } from '../support/daemon.ts';

const working = (event: TaskEvent): boolean => lineOf(event, 'stdout')?.includes('Working until') === true;
type Failure = Refusal & { conflicts?: { file: string; kind: string }[]; success?: boolean };

/** A parent whose agent only waits, and subtasks whose agents run a script and end. */
const family = (t: Tap, daemon: TestDaemon, files: Record<string, string>) => {
  const repositoryUrl = userRepository(t, files);
  return {
    repositoryUrl,
    async parent(): Promise<Task> {
      const { id } = await daemon.start({ name: 'forever', isOrchestrator: true, repositoryUrl });
      await daemon.until(id, working);
      return (await daemon.call('GET', `/tasks/${id}`)).body;
    },
    async subtask(parent: Task, plan: string, more: Record<string, unknown> = {}): Promise<Task> {
      const task = await daemon.ended(
        (await daemon.start({ name: 'runs-plan', plan: `RUN: ${plan}`, parentTaskId: parent.id, ...more })).id,
      );
      t.equal(task.status, 'done', task.errorMessage ?? 'done');
      return task;
    },
    branches: (task: Task) => daemon.call<SubtaskBranch[] & Failure>('GET', `/tasks/${task.id}/branches`),
    preview: (task: Task, subtask: Task) =>
      daemon.call<MergePreview & Failure>('GET', `/tasks/${task.id}/merge/preview?subtaskId=${subtask.id}`),
    outlook: (task: Task) => daemon.call<MergeOutlook & Failure>('GET', `/tasks/${task.id}/merge/preview`),
    merge: (task: Task, body: Record<string, unknown>) => daemon.call<MergeResult & Failure>('POST', `/tasks/${task.id}/merge`, body),
    status: (task: Task) => daemon.call<MergeStatus & Failure>('GET', `/tasks/${task.id}/merge`),
    resolve: (task: Task, file: string, strategy: string) =>
      daemon.call<MergeStatus & Failure>('POST', `/tasks/${task.id}/merge/resolve`, { file, strategy }),
    commit: (task: Task, body: Record<string, unknown> = {}) =>
      daemon.call<MergeResult & Failure>('POST', `/tasks/${task.id}/merge/commit`, body),
    abort: (task: Task) => daemon.call<{ success: boolean } & Failure>('POST', `/tasks/${task.id}/merge/abort`),
    skip: (task: Task, subtaskId: string, reason: string) =>
      daemon.call<{ success: boolean } & Failure>('POST', `/tasks/${task.id}/merge/skip`, { subtaskId, reason }),
    check: (task: Task) => daemon.call<MergeCheck & Failure>('GET', `/tasks/${task.id}/merge/check`),
  };
};

const contentOf = (task: Task): Record<string, string> => fingerprint(task.overlayPath ?? '', { without: ['.git', '.makima'] });
const read = (task: Task, file: string): string => readFileSync(join(task.overlayPath ?? '', file), 'utf8');
const settings = { MAKIMA_MAX_CONCURRENT_TASKS: '10' };
const tuning = { interruptGraceMs: 2000, exitGraceMs: 500, backgroundWaitMs: 500 };

void t.test('from the first look to done', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', settings, tuning);
  const api = family(t, daemon, { shared: 'base\n', other: 'other\n' });
  const parent = await api.parent();
  const one = await api.subtask(
    parent,
    'echo one > one; git add .; git -c user.name=A -c user.email=a@b.c commit -qm one; echo more > uncommitted',
  );
  const left = await api.subtask(parent, 'echo left > shared; echo left > from-left');
  const right = await api.subtask(parent, 'echo right > shared');
  const unused = await api.subtask(parent, 'echo unused > unused');
  const pending = await daemon.make({ name: 'never started', parentTaskId: parent.id });

  const listed = (await api.branches(parent)).body;
  t.strictSame(
    listed.map(({ taskId }) => taskId),
    [one, left, right, unused].map(({ id }) => id),
    'a task without a worktree has no branch',
  );
  t.match(listed[0], { name: one.branch, isMerged: false, isSkipped: false, ahead: 1, lastCommitMessage: 'one' });
  t.match((await api.check(parent)).body, {
    canComplete: false,
    unmergedBranches: [one, left, right, unused].map(({ branch }) => branch),
    mergedCount: 0,
    skippedCount: 0,
  });

  const before = contentOf(parent);
  const outlook = (await api.outlook(parent)).body;
  t.strictSame(
    outlook.subtasks.map(({ clean, conflictsWith }) => [clean, conflictsWith]),
    [
      [true, []],
      [true, [right.id]],
      [true, [left.id]],
      [true, []],
    ],
  );
  t.equal(outlook.cleanCount, 3);
  t.strictSame([...outlook.order.slice(0, 3)].sort(), [one, left, unused].map(({ id }) => id).sort());
  t.equal(outlook.order[3], right.id);
  t.match((await api.preview(parent, one)).body, { clean: true, conflicts: [], files: ['one', 'uncommitted'] });
  t.strictSame(contentOf(parent), before, 'a preview touches nothing');

  const merged = await api.merge(parent, { sourceBranch: one.branch });
  t.match(merged, { status: 200, body: { success: true, commitSha: /^[0-9a-f]{40}$/ } });
  t.equal(git(parent.overlayPath ?? '', 'rev-parse', 'HEAD'), merged.body.commitSha);
  t.match([read(parent, 'one'), read(parent, 'uncommitted')], ['one\n', 'more\n']);
  t.match(await api.merge(parent, { subtaskId: one.id }), { status: 200, body: { success: true, message: /nothing to merge/i } });

  await api.merge(parent, { subtaskId: left.id });
  const conflicted = await api.merge(parent, { subtaskId: right.id });
  t.match(conflicted, {
    status: 409,
    body: { code: 'MERGE_CONFLICT', success: false, conflicts: [{ file: 'shared', kind: 'both-modified' }] },
  });
  t.match(await api.merge(parent, { subtaskId: unused.id }), { status: 409, body: { code: 'MERGE_IN_PROGRESS' } });
  t.match((await api.status(parent)).body, { inProgress: true, sourceBranch: right.branch, conflictedFiles: ['shared'] });
  t.match((await api.check(parent)).body.unmergedBranches, [right.branch, unused.branch]);
  t.match(await api.commit(parent, { message: 'too early' }), { status: 409, body: { code: 'CONFLICTS_LEFT' } });
  t.match(await api.resolve(parent, 'shared', 'manual'), { status: 409, body: { code: 'CONFLICT_MARKERS_LEFT' } });
  t.match(await api.resolve(parent, 'other', 'ours'), { status: 404, body: { code: 'CONFLICT_NOT_FOUND' } });
  t.match(await api.resolve(parent, 'shared', 'theirs'), { status: 200, body: { inProgress: true, conflictedFiles: [] } });
  t.match(await api.commit(parent, { message: 'both' }), { status: 200, body: { success: true } });
  t.equal(read(parent, 'shared'), 'right\n');
  t.equal(git(parent.overlayPath ?? '', 'log', '-1', '--format=%s'), 'both');
  t.match(await api.commit(parent), { status: 409, body: { code: 'NO_MERGE_IN_PROGRESS' } });
  t.match(await api.abort(parent), { status: 409, body: { code: 'NO_MERGE_IN_PROGRESS' } });
  t.strictSame((await api.status(parent)).body.inProgress, false);

  t.match(await daemon.call<Refusal>('PUT', `/tasks/${parent.id}`, { status: 'done' }), {
    status: 409,
    body: { code: 'SUBTASKS_NOT_INTEGRATED', branches: [unused.branch] },
  });
  writeFileSync(join(one.overlayPath ?? '', 'later'), 'later\n');
  t.match((await api.check(parent)).body.unmergedBranches, [one.branch, unused.branch], 'what a merged subtask does later on is unmerged');
  rmSync(join(one.overlayPath ?? '', 'later'));
  t.match(await api.skip(parent, unused.id, 'not needed'), { status: 200, body: { success: true } });
  t.match((await api.check(parent)).body, { canComplete: true, unmergedBranches: [], mergedCount: 3, skippedCount: 1 });
  t.match(
    (await api.branches(parent)).body.map(({ isMerged, isSkipped }) => [isMerged, isSkipped]),
    [
      [true, false],
      [true, false],
      [true, false],
      [false, true],
    ],
  );
  t.equal((await daemon.call('PUT', `/tasks/${parent.id}`, { status: 'done' })).status, 200);
  const events = (await daemon.events(parent.id)).flatMap((event) => (event.type === 'merge' ? [[event.action, event.subtaskId]] : []));
  t.strictSame(events, [
    ['started', one.id],
    ['committed', one.id],
    ['committed', one.id],
    ['started', left.id],
    ['committed', left.id],
    ['started', right.id],
    ['conflict', right.id],
    ['resolved', right.id],
    ['committed', right.id],
    ['skipped', unused.id],
  ]);
  t.equal(git(api.repositoryUrl, 'branch', '--list'), '* main', "the user's repository is as it was");
  t.equal(pending.status, 'pending');
});

void t.test('refusals, and what belongs to whom', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', settings, tuning);
  const api = family(t, daemon, { a: 'a\n' });
  const [parent, stranger] = [await api.parent(), await api.parent()];
  const subtask = await api.subtask(parent, 'echo b > b');
  const pending = await daemon.make({ name: 'never started', parentTaskId: parent.id });
  const codeOf = async (answer: Promise<{ status: number; body: Failure }>) => [(await answer).status, (await answer).body.code];
  t.strictSame(await codeOf(api.merge(parent, { sourceBranch: 'main' })), [400, 'NOT_A_SUBTASK']);
  t.strictSame(await codeOf(api.merge(parent, { sourceBranch: '--upload-pack=x' })), [400, 'NOT_A_SUBTASK']);
  t.strictSame(await codeOf(api.merge(parent, {})), [400, 'VALIDATION_FAILED']);
  t.strictSame(await codeOf(api.merge(parent, { subtaskId: stranger.id })), [400, 'NOT_A_SUBTASK']);
  t.strictSame(await codeOf(api.merge(parent, { subtaskId: crypto.randomUUID() })), [404, 'TASK_NOT_FOUND']);
  t.strictSame(await codeOf(api.merge(parent, { subtaskId: pending.id })), [404, 'WORKTREE_NOT_FOUND']);
  t.strictSame(await codeOf(api.skip(parent, stranger.id, 'x')), [400, 'NOT_A_SUBTASK']);
  t.strictSame(await codeOf(api.preview(stranger, subtask)), [400, 'NOT_A_SUBTASK']);

  const { body: key } = await daemon.call<{ key: string }>('POST', `/tasks/${parent.id}/tool-keys`, {});
  const withKey = async (method: string, path: string, body?: unknown) =>
    (await daemon.callWith<Refusal>(key.key, method, path, body)).status;
  t.equal(await withKey('POST', `/tasks/${stranger.id}/merge`, { subtaskId: subtask.id }), 403);
  t.equal(await withKey('GET', `/tasks/${stranger.id}/branches`), 403);
  t.equal(
    await withKey('POST', `/tasks/${subtask.id}/merge`, { subtaskId: subtask.id }),
    403,
    "a key merges into its own task's worktree alone",
  );
  t.equal(await withKey('GET', `/tasks/${subtask.id}/merge`), 200);
  t.equal(await withKey('POST', `/tasks/${parent.id}/merge`, { subtaskId: subtask.id }), 200);

  const gone = await api.subtask(parent, 'echo c > c');
  rmSync(gone.overlayPath ?? '', { recursive: true });
  t.strictSame(await codeOf(api.merge(parent, { subtaskId: gone.id })), [404, 'WORKTREE_NOT_FOUND']);
  t.match((await api.check(parent)).body.unmerged, [{ taskId: gone.id, reason: /gone/ }]);
});

void t.test('an open merge survives the daemon, and abort gives back what was there', async (t) => {
  const home = scratch(t);
  let daemon = await startDaemon(t, 'by-task-name', { ...settings, MAKIMA_HOME: home }, tuning);
  let api = family(t, daemon, { f: 'base\n' });
  const parent = await api.parent();
  const theirs = await api.subtask(parent, 'echo theirs > f; echo new > new');
  writeFileSync(join(parent.overlayPath ?? '', 'f'), 'mine, not committed\n');
  const before = contentOf(parent);
  const head = git(parent.overlayPath ?? '', 'rev-parse', 'HEAD');
  t.equal((await api.merge(parent, { subtaskId: theirs.id })).status, 409);
  await daemon.close();
  daemon = await startDaemon(t, 'by-task-name', { ...settings, MAKIMA_HOME: home }, tuning);
  api = family(t, daemon, { f: 'base\n' });
  t.match((await api.status(parent)).body, { inProgress: true, sourceBranch: theirs.branch, conflictedFiles: ['f'] });
  t.equal((await api.resolve(parent, 'f', 'theirs')).status, 200);
  t.match(await api.abort(parent), { status: 200, body: { success: true } });
  t.strictSame(contentOf(parent), before);
  t.equal(git(parent.overlayPath ?? '', 'rev-parse', 'HEAD'), head);
  t.notOk(existsSync(join(parent.overlayPath ?? '', 'new')));
  t.match((await api.check(parent)).body.unmergedBranches, [theirs.branch]);
  t.equal((await api.merge(parent, { subtaskId: theirs.id })).status, 409);
  t.equal((await api.resolve(parent, 'f', 'ours')).status, 200);
  t.equal((await api.commit(parent)).status, 200);
  t.equal(read(parent, 'f'), 'mine, not committed\n');
  await daemon.close();
  daemon = await startDaemon(t, 'by-task-name', { ...settings, MAKIMA_HOME: home }, tuning);
  api = family(t, daemon, { f: 'base\n' });
  t.match((await api.check(parent)).body, { canComplete: true, mergedCount: 1 }, 'what was merged is remembered');
});

void t.test('two merges in one worktree wait for each other, and in two they do not', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', settings, tuning);
  const api = family(t, daemon, { a: 'a\n' });
  const parents = [await api.parent(), await api.parent()];
  const made = await Promise.all(
    parents.flatMap((parent) =>
      ['x', 'y', 'z'].map(async (name) => ({ parent, subtask: await api.subtask(parent, `echo ${name} > ${name}`) })),
    ),
  );
  const answers = await Promise.all(made.map(({ parent, subtask }) => api.merge(parent, { subtaskId: subtask.id })));
  t.strictSame(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 200, 200],
  );
  for (const parent of parents) {
    t.strictSame(
      ['x', 'y', 'z'].map((name) => read(parent, name)),
      ['x\n', 'y\n', 'z\n'],
    );
    t.match((await api.check(parent)).body, { canComplete: true, mergedCount: 3 });
    t.equal(git(parent.overlayPath ?? '', 'status', '--porcelain'), '');
  }
});

void t.test('orchestrate.sh has a command for each of it', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', settings, tuning);
  const api = family(t, daemon, { 'a "b"\nc': 'base\n' });
  const parent = await api.parent();
  const [one, two] = [
    await api.subtask(parent, `printf 'one\\n' > "$(printf 'a "b"\\nc')"`),
    await api.subtask(parent, `printf 'two\\n' > "$(printf 'a "b"\\nc')"`),
  ];
  const three = await api.subtask(parent, 'echo 3 > three');
  const { body: key } = await daemon.call<{ key: string }>('POST', `/tasks/${parent.id}/tool-keys`, {});
  const run = (...args: string[]): Promise<string> =>
    new Promise((resolve) => {
      const env = { ...process.env, MAKIMA_API_URL: daemon.app.url, MAKIMA_API_KEY: key.key, MAKIMA_TASK_ID: parent.id };
      execFile('bash', [orchestrateScript, ...args], { env, encoding: 'utf8' }, (error, stdout, stderr) =>
        resolve(error === null ? stdout : `failed: ${stderr}`),
      );
    });
  const name = '"a \\"b\\"\\nc"';
  t.equal(await run('branches'), [one, two, three].map((task) => `${task.id}\tunmerged\t${task.name}\t${task.branch ?? ''}\n`).join(''));
  t.equal(await run('preview', one.id), `clean\nmerges\t${name}\n`);
  t.match(await run('preview'), new RegExp(`^${one.id}\tclean\t.*\tconflicts with ${two.id}\n${three.id}\tclean\t.*\n${two.id}\tclean`));
  t.match(await run('merge', one.id), /^merged\t[0-9a-f]{40}\t/);
  t.match(await run('merge', two.id), /^failed: [^]*conflicts in/);
  t.equal(await run('merge-status'), `merging\t${two.branch ?? ''}\t1 left\nboth-modified\t${name}\n`);
  t.match(await run('resolve', name, 'manual'), /^failed: [^]*marker|conflict/i);
  t.match(await run('commit', 'two'), /^failed: [^]*conflicts/);
  t.match(await run('abort'), /undone/);
  t.equal(await run('merge-status'), 'no merge\n');
  await run('merge', two.id);
  t.equal(await run('resolve', 'a "b"\nc', 'theirs'), `merging\t${two.branch ?? ''}\t0 left\n`);
  t.match(await run('commit', 'two: "quoted" & more'), /^merged\t/);
  t.equal(git(parent.overlayPath ?? '', 'log', '-1', '--format=%s'), 'two: "quoted" & more');
  t.equal(
    await run('check'),
    `incomplete\t2 merged\t0 skipped\n${three.id}\tunmerged\t${three.name}\t${three.branch ?? ''}\tthree differ\n`,
  );
  t.match(await run('done'), /^failed: /);
  t.match(await run('skip', three.id, 'not needed'), /left out: not needed/);
  t.equal(await run('check'), 'complete\t2 merged\t1 skipped\n');
  t.match(await run('done', 'all of it'), new RegExp(`^${parent.id}\tdone\t`));
});
