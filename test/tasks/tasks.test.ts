import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Task } from '../../schemas/task.ts';
import type { TaskTree } from '../../src/tasks/actions.ts';
import { scratch, startDaemon, userRepository, type Refusal } from '../support/daemon.ts';

interface Page {
  items: Task[];
  nextCursor: string | null;
}

void t.test('making, reading and changing tasks', async (t) => {
  const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_MAX_DEPTH: '2' });
  const make = (task?: Record<string, unknown>): Promise<Task> => daemon.make(task);
  const create = (body: unknown, headers?: Record<string, string>) => daemon.call<Task & Refusal>('POST', '/tasks', body, headers);

  await t.test('a task is what was asked for, and waits to be started', async (t) => {
    const repository = userRepository(t);
    const asked = {
      name: ' Tōkyō: "x" & y/../ ',
      plan: '/clear\n\u{1f600} "quoted" \\ $(rm -rf /)\n',
      repositoryUrl: repository,
      baseBranch: 'main',
      targetBranch: 'release',
      targetRepoPath: repository,
      completionAction: 'none',
      isOrchestrator: true,
      priority: -7,
      agent: 'claude',
    };
    const { status, body, headers } = await create(asked);
    t.equal(status, 201);
    t.equal(headers.get('location'), `/api/v1/mesh/tasks/${body.id}`);
    t.match(body, {
      ...asked,
      status: 'pending',
      depth: 0,
      parentTaskId: null,
      copyFiles: [],
      dependsOn: [],
      overlayPath: null,
      branch: `makima/tōkyō-x-y-${body.id.slice(0, 8)}`,
      startedAt: null,
      usage: null,
    });
    t.same((await daemon.call('GET', `/tasks/${body.id}`)).body, body);
    t.same((await daemon.call('GET', `/tasks/${body.id.toUpperCase()}`)).body, body);
  });

  await t.test('a form says the same', async (t) => {
    const parent = await make({ isOrchestrator: true });
    const form = new URLSearchParams({
      name: 'From a form',
      plan: 'a=b&c %20 +\n',
      parentTaskId: parent.id,
      priority: '12',
      isOrchestrator: 'true',
      copyFiles: 'a, b/c',
    });
    t.match(await create(form), {
      status: 201,
      body: {
        name: 'From a form',
        plan: 'a=b&c %20 +\n',
        parentTaskId: parent.id,
        priority: 12,
        isOrchestrator: true,
        copyFiles: ['a', 'b/c'],
        depth: 1,
      },
    });
    const repeated = new URLSearchParams([
      ['name', 'n'],
      ['plan', 'p'],
      ['parentTaskId', parent.id],
      ['copyFiles', 'with, comma'],
      ['copyFiles', 'b'],
    ]);
    t.match(await create(repeated), { status: 201, body: { copyFiles: ['with, comma', 'b'] } });
  });

  await t.test('a repeat with the same Idempotency-Key is the first task', async (t) => {
    const before = (await daemon.call<Page>('GET', '/tasks?limit=1000')).body.items.length;
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ name: 'once', plan: 'p' }, key)));
    t.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    t.ok(answers.every(({ status }) => status === 201));
    t.equal((await daemon.call<Page>('GET', '/tasks?limit=1000')).body.items.length, before + 1);
    t.match(await create({ name: 'another', plan: 'p' }, key), { status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const started = { 'idempotency-key': randomUUID() };
    const first = await create({ name: 'started', plan: 'p', start: true }, started);
    await daemon.ended(first.body.id);
    t.match(await create({ name: 'started', plan: 'p', start: true }, started), {
      status: 201,
      body: { id: first.body.id, status: 'done' },
    });
    t.equal((await daemon.events(first.body.id)).filter(({ type }) => type === 'end').length, 1, 'the repeat starts nothing');
  });

  await t.test('a subtask inherits from its parent', async (t) => {
    const repository = userRepository(t);
    const parent = await make({
      isOrchestrator: true,
      repositoryUrl: repository,
      baseBranch: 'main',
      targetBranch: 'release',
      targetRepoPath: repository,
    });
    const child = await make({ parentTaskId: parent.id.toUpperCase(), isOrchestrator: true });
    t.match(child, {
      parentTaskId: parent.id,
      repositoryUrl: repository,
      baseBranch: 'main',
      targetBranch: 'release',
      agent: 'claude',
      completionAction: 'none',
      depth: 1,
    });
    t.equal(child.targetRepoPath, null, 'only the top of a tree acts on the user’s repository');
    const grandchild = await make({ parentTaskId: child.id });
    t.equal(grandchild.depth, 2);
    t.match(await create({ name: 'n', plan: 'p', parentTaskId: grandchild.id }), { status: 400, body: { code: 'INVALID_PARENT' } });
    const deepest = await make({ parentTaskId: child.id, isOrchestrator: true });
    t.match(await create({ name: 'n', plan: 'p', parentTaskId: deepest.id }), { status: 400, body: { code: 'DEPTH_EXCEEDED' } });
    t.match(await create({ name: 'n', plan: 'p', parentTaskId: parent.id, completionAction: 'branch' }), {
      status: 400,
      body: { code: 'SUBTASK_COMPLETION_ACTION' },
    });
    t.match(await create({ name: 'n', plan: 'p', parentTaskId: parent.id, completionAction: 'none' }), { status: 201 });
    t.match(await create({ name: 'n', plan: 'p', parentTaskId: parent.id, repositoryUrl: 'new://' }), {
      status: 400,
      body: { code: 'INVALID_REPOSITORY' },
    });

    const children = (await daemon.call<Task[]>('GET', `/tasks/${parent.id}/subtasks`)).body;
    t.equal(children[0]?.id, child.id, 'oldest first');
    t.equal(children.length, 2);
    const { body: tree } = await daemon.call<TaskTree>('GET', `/tasks/${parent.id}/tree`);
    t.same(
      tree.subtasks.map(({ id }) => id),
      children.map(({ id }) => id),
    );
    t.same(
      tree.subtasks[0]?.subtasks.map(({ id, subtasks }) => [id, subtasks.length]),
      [
        [grandchild.id, 0],
        [deepest.id, 0],
      ],
    );
  });

  await t.test('what may change when', async (t) => {
    const { id } = await make({ name: 'Before' });
    const change = (body: unknown) => daemon.call<Task & Refusal>('PUT', `/tasks/${id}`, body);
    t.match(await change({ name: 'After', plan: 'other', priority: 3 }), {
      status: 200,
      body: { name: 'After', plan: 'other', priority: 3, status: 'pending' },
    });
    t.match(await change({ progressSummary: 'nothing yet' }), { status: 200, body: { progressSummary: 'nothing yet', name: 'After' } });
    t.match(await change({ status: 'done' }), { status: 409, body: { code: 'TASK_NOT_RUNNING' } });
    t.match(await change({ force: true }), { status: 400, body: { code: 'VALIDATION_FAILED' } });
    t.match(await change({ status: 'failed' }), { status: 400, body: { code: 'VALIDATION_FAILED' } });
    t.match(await change({ id: randomUUID() }), { status: 400 });
    t.match(await change({}), { status: 400 });
    await daemon.call('POST', `/tasks/${id}/start`);
    t.match(await daemon.ended(id), { status: 'done', name: 'After', progressSummary: 'nothing yet' });
    for (const late of [{ name: 'n' }, { plan: 'p' }, { priority: 1 }])
      t.match(await change(late), { status: 409, body: { code: 'TASK_NOT_PENDING' } });
    t.match(await change({ progressSummary: 'all of it', status: 'completed' }), {
      status: 200,
      body: { status: 'done', progressSummary: 'all of it' },
    });
  });

  await t.test('the list is newest first, in pages, by status and parent', async (t) => {
    const parent = await make({ isOrchestrator: true });
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.push((await make({ parentTaskId: parent.id, name: `n${index}` })).id);
    const seen: string[] = [];
    let path: string | null = `/tasks?parentTaskId=${parent.id}&limit=2`;
    while (path !== null) {
      const { body }: { body: Page } = await daemon.call<Page>('GET', path);
      t.ok(body.items.length <= 2);
      seen.push(...body.items.map(({ id }) => id));
      if (seen.length === 2) await make({ parentTaskId: parent.id, name: 'made while the pages are turned' });
      path = body.nextCursor === null ? null : `/tasks?parentTaskId=${parent.id}&limit=2&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
    t.same(seen, made.toReversed());
    const done = (await daemon.call<Page>('GET', '/tasks?status=completed')).body.items;
    t.ok(done.length > 0 && done.every(({ status }) => status === 'done'));
    t.same((await daemon.call<Page>('GET', '/tasks?status=paused')).body, { items: [], nextCursor: null });
    t.match(await daemon.call<Refusal>('GET', '/tasks?cursor=nonsense'), { status: 400, body: { code: 'INVALID_CURSOR' } });
  });
});

void t.test('bad input by the dozen: a 4xx with its code, and no task is made or changed', async (t) => {
  const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_MAX_DEPTH: '1' });
  const empty = scratch(t);
  const repository = userRepository(t);
  const orchestrator = await daemon.make({ isOrchestrator: true, repositoryUrl: repository });
  const plain = await daemon.make();
  const neverBegun = await daemon.stopped((await daemon.make()).id);
  const child = await daemon.make({ parentTaskId: orchestrator.id, isOrchestrator: true });
  const unknown = randomUUID();
  const all = async (): Promise<unknown> => (await daemon.call('GET', '/tasks?limit=1000')).body;
  const before = await all();

  const refused: [body: Record<string, unknown>, status: number, code: string][] = [
    [{ repositoryUrl: '/no/such/place' }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: empty }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: 'relative/path' }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: '~root/x' }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: 'ext::sh -c "touch /tmp/pwned"' }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: 'ftp://example.com/x.git' }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: '--upload-pack=touch /tmp/pwned' }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: 'ssh://-oProxyCommand=touch/x' }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: 'new://../../etc' }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: 'https://exa mple.com/x' }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: join(repository, 'README.md') }, 400, 'INVALID_REPOSITORY'],
    [{ repositoryUrl: `${repository}\0` }, 400, 'VALIDATION_FAILED'],
    [{ repositoryUrl: repository, baseBranch: 'no-such-branch' }, 400, 'BRANCH_NOT_FOUND'],
    [{ repositoryUrl: repository, baseBranch: '--all' }, 400, 'INVALID_REF'],
    [{ repositoryUrl: repository, baseBranch: 'a..b' }, 400, 'INVALID_REF'],
    [{ repositoryUrl: repository, baseBranch: 'main^{tree}' }, 400, 'INVALID_REF'],
    [{ repositoryUrl: repository, targetBranch: 'a b' }, 400, 'INVALID_REF'],
    [{ agent: 'nobody' }, 400, 'INVALID_AGENT'],
    [{ agent: '__proto__' }, 400, 'INVALID_AGENT'],
    [{ parentTaskId: unknown }, 404, 'TASK_NOT_FOUND'],
    [{ parentTaskId: plain.id }, 400, 'INVALID_PARENT'],
    [{ parentTaskId: child.id }, 400, 'DEPTH_EXCEEDED'],
    [{ parentTaskId: 'not an id' }, 400, 'VALIDATION_FAILED'],
    [{ parentTaskId: orchestrator.id, completionAction: 'merge' }, 400, 'SUBTASK_COMPLETION_ACTION'],
    [{ completionAction: 'pr' }, 400, 'NO_COMPLETION_TARGET'],
    [{ completionAction: 'explode' }, 400, 'VALIDATION_FAILED'],
    [{ dependsOn: [plain.id, unknown] }, 404, 'TASK_NOT_FOUND'],
    [{ parentTaskId: orchestrator.id, dependsOn: [orchestrator.id] }, 400, 'INVALID_DEPENDENCY'],
    [{ continueFromTaskId: unknown }, 404, 'TASK_NOT_FOUND'],
    [{ continueFromTaskId: neverBegun.id }, 400, 'INVALID_CONTINUATION'],
    [{ parentTaskId: orchestrator.id, continueFromTaskId: orchestrator.id }, 400, 'INVALID_CONTINUATION'],
    [{ copyFiles: ['a'] }, 400, 'INVALID_PATH'],
    [{ parentTaskId: orchestrator.id, copyFiles: ['../x'] }, 400, 'INVALID_PATH'],
    [{ parentTaskId: orchestrator.id, copyFiles: ['/etc/passwd'] }, 400, 'INVALID_PATH'],
    [{ parentTaskId: orchestrator.id, copyFiles: ['a/.git/config'] }, 400, 'INVALID_PATH'],
    [{ parentTaskId: orchestrator.id, copyFiles: ['.makima/orchestrate.sh'] }, 400, 'INVALID_PATH'],
    [{ parentTaskId: orchestrator.id, copyFiles: ['.'] }, 400, 'INVALID_PATH'],
    [{ name: '' }, 400, 'VALIDATION_FAILED'],
    [{ name: ' \n' }, 400, 'VALIDATION_FAILED'],
    [{ name: 'x'.repeat(301) }, 400, 'VALIDATION_FAILED'],
    [{ name: 7 }, 400, 'VALIDATION_FAILED'],
    [{ plan: '' }, 400, 'VALIDATION_FAILED'],
    [{ plan: 'x\0' }, 400, 'VALIDATION_FAILED'],
    [{ priority: 1.5 }, 400, 'VALIDATION_FAILED'],
    [{ priority: 1e9 }, 400, 'VALIDATION_FAILED'],
    [{ status: 'done' }, 400, 'VALIDATION_FAILED'],
  ];
  for (const [body, status, code] of refused) {
    const answer = await daemon.call<Refusal>('POST', '/tasks', { name: 'n', plan: 'p', start: true, ...body });
    t.match(answer, { status, body: { statusCode: status, code, message: /\S/ } }, JSON.stringify(body).slice(0, 80));
  }
  t.match(await daemon.call<Refusal>('POST', '/tasks', { name: 'n', plan: 'p' }, { 'idempotency-key': 'ü'.repeat(3) }), { status: 400 });

  const noTask: [method: string, path: string, body?: unknown][] = [
    ['GET', ''],
    ['PUT', '', { name: 'n' }],
    ['DELETE', ''],
    ['GET', '/subtasks'],
    ['GET', '/tree'],
    ['POST', '/start'],
    ['POST', '/stop', {}],
    ['POST', '/pause'],
    ['POST', '/resume'],
    ['POST', '/messages', { message: 'm' }],
    ['POST', '/sibling-context', { siblingTaskId: plain.id }],
    ['GET', '/wait?timeout=0'],
    ['GET', '/worktree'],
    ['GET', '/diff'],
    ['POST', '/worktree/clone', { targetDir: join(empty, 'clone') }],
    ['GET', '/output'],
    ['GET', '/events'],
    ['POST', '/tool-keys', {}],
    ['GET', '/tool-keys'],
    ['DELETE', `/tool-keys/${unknown}`],
  ];
  for (const [method, path, body] of noTask) {
    t.match(
      await daemon.call<Refusal>(method, `/tasks/${unknown}${path}`, body),
      { status: 404, body: { code: 'TASK_NOT_FOUND' } },
      `${method} ${path}`,
    );
    t.match(
      await daemon.call<Refusal>(method, `/tasks/not-an-id${path}`, body),
      { status: 400, body: { code: 'VALIDATION_FAILED' } },
      `${method} ${path} of no id`,
    );
  }

  const notNow: [method: string, path: string, body: unknown, status: number, code: string][] = [
    ['POST', '/pause', undefined, 409, 'TASK_NOT_RUNNING'],
    ['POST', '/resume', undefined, 409, 'TASK_NOT_PAUSED'],
    ['POST', '/messages', { message: 'm' }, 409, 'TASK_NOT_RUNNING'],
    ['POST', '/messages', { message: ' ' }, 400, 'VALIDATION_FAILED'],
    ['POST', '/sibling-context', { siblingTaskId: plain.id }, 400, 'NOT_A_SIBLING'],
    ['POST', '/sibling-context', { siblingTaskId: unknown }, 404, 'TASK_NOT_FOUND'],
    ['POST', '/stop', { graceful: 'maybe' }, 400, 'VALIDATION_FAILED'],
    ['POST', '/stop', { subtasks: 'burn' }, 400, 'VALIDATION_FAILED'],
    ['GET', '/wait?timeout=-1', undefined, 400, 'VALIDATION_FAILED'],
    ['GET', '/wait?until=tomorrow', undefined, 400, 'VALIDATION_FAILED'],
    ['GET', '/worktree', undefined, 404, 'WORKTREE_NOT_FOUND'],
    ['GET', '/diff', undefined, 404, 'WORKTREE_NOT_FOUND'],
    ['POST', '/worktree/clone', { targetDir: join(empty, 'clone') }, 404, 'WORKTREE_NOT_FOUND'],
    ['POST', '/worktree/clone', { targetDir: 'relative' }, 400, 'INVALID_PATH'],
    ['POST', '/tool-keys', { expiresAt: '2020-01-01T00:00:00Z' }, 400, 'VALIDATION_FAILED'],
    ['DELETE', `/tool-keys/${unknown}`, undefined, 404, 'TOOL_KEY_NOT_FOUND'],
    ['DELETE', '?worktree=burn', undefined, 400, 'VALIDATION_FAILED'],
  ];
  for (const [method, path, body, status, code] of notNow) {
    t.match(
      await daemon.call<Refusal>(method, `/tasks/${plain.id}${path}`, body),
      { status, body: { code } },
      `${method} ${path} ${JSON.stringify(body)}`,
    );
  }
  t.match(await daemon.call<Refusal>('GET', '/targets/exists?targetDir=relative'), { status: 400, body: { code: 'INVALID_PATH' } });

  t.same(await all(), before);
  t.notOk(existsSync(join(daemon.home, 'worktrees')));
  t.notOk(existsSync('/tmp/pwned'));
});
