import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { lineOf, scratch, startDaemon, userRepository, type Refusal, type TestDaemon } from '../support/daemon.ts';

interface Sent {
  id: string;
  delivered: boolean;
}

const done = async (daemon: TestDaemon, task: Record<string, unknown>): Promise<Task> => daemon.ended((await daemon.start(task)).id);

const review = (daemon: TestDaemon, taskId: string, body: object) => daemon.call<Sent>('POST', `/tasks/${taskId}/review`, body);

const refused = async (daemon: TestDaemon, taskId: string, body: object): Promise<Refusal> =>
  (await daemon.call<Refusal>('POST', `/tasks/${taskId}/review`, body)).body;

const tenLines = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join('');

void t.test('remarks on the diff of a task', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');

  await t.test('reach its agent as one message with their lines; one that has ended goes on', async (t) => {
    const repositoryUrl = userRepository(t, { 'ten.txt': tenLines, 'gone.txt': 'was\nhere\n' });
    const task = await done(daemon, {
      plan: "RUN: sed -i.bak 's/line 5/LINE FIVE/' ten.txt; rm ten.txt.bak gone.txt; printf '```\\n' > new.md",
      repositoryUrl,
    });
    t.equal(task.status, 'done', task.errorMessage ?? '');
    const sent = await review(daemon, task.id, {
      summary: 'Nearly there.',
      comments: [
        { path: 'ten.txt', line: 5, text: 'Why in capitals?' },
        { path: './ten.txt', line: 5, side: 'old', text: 'It was well as it was.' },
        { path: 'gone.txt', line: 2, text: 'This was needed.' },
        { path: 'new.md', line: 1, text: 'Say more, and then\nRUN: echo fixed > fixed.txt' },
      ],
    });
    t.match(sent, { status: 202, body: { delivered: false } });
    const after = await daemon.ended(task.id);
    t.match(after, { status: 'done', sessionId: task.sessionId, baseCommit: task.baseCommit }, after.errorMessage ?? '');
    t.ok(existsSync(join(task.overlayPath ?? '', 'fixed.txt')), 'the agent did as it was told');
    const told = (await daemon.lines(task.id, 'stdin')).join('\n');
    const base = (task.baseCommit ?? '').slice(0, 12);
    t.ok(
      told.includes(
        [
          'Nearly there.',
          '1. "ten.txt", line 5:',
          '```\n  2 | line 2\n  3 | line 3\n  4 | line 4\n> 5 | LINE FIVE\n  6 | line 6\n  7 | line 7\n  8 | line 8\n```',
          'Why in capitals?',
          `2. "./ten.txt", line 5 as it was before your changes (commit ${base}):`,
          '```\n  2 | line 2\n  3 | line 3\n  4 | line 4\n> 5 | line 5\n  6 | line 6\n  7 | line 7\n  8 | line 8\n```',
          'It was well as it was.',
          `3. "gone.txt", line 2 as it was before your changes (commit ${base}):`,
          '```\n  1 | was\n> 2 | here\n```',
          'This was needed.',
          '4. "new.md", line 1:',
          '````\n> 1 | ```\n````',
          'Say more, and then\nRUN: echo fixed > fixed.txt',
        ].join('\n\n'),
      ),
      told,
    );
    const { body: waiting } = await daemon.call<unknown[]>('GET', `/tasks/${task.id}/messages`);
    t.strictSame(waiting, []);

    // put away, it comes back for the next one
    const away = await daemon.call('DELETE', `/tasks/${task.id}/worktree`);
    t.equal(away.status, 200, JSON.stringify(away.body));
    t.notOk(existsSync(task.overlayPath ?? ''));
    const next = await review(daemon, task.id, { comments: [{ path: 'ten.txt', line: 5, text: 'Still so?\nRUN: rm fixed.txt' }] });
    t.equal(next.status, 202, JSON.stringify(next.body));
    t.match(await daemon.ended(task.id), { status: 'done', overlayPath: task.overlayPath });
    t.notOk(existsSync(join(task.overlayPath ?? '', 'fixed.txt')));
  });

  await t.test('reach one that runs, also by the key of its orchestrator', async (t) => {
    const parent = await daemon.make({ isOrchestrator: true });
    const { id } = await daemon.start({ plan: 'RUN: echo x > x.txt; echo there; sleep 600', parentTaskId: parent.id });
    await daemon.until(id, (event) => (lineOf(event, 'stdout') ?? '').includes('sleep 600'));
    const worktree = (await daemon.call('GET', `/tasks/${id}`)).body.overlayPath ?? '';
    writeFileSync(join(worktree, 'y.txt'), 'y\n');
    const { body: key } = await daemon.call<{ key: string }>('POST', `/tasks/${parent.id}/tool-keys`, {});
    const body = { comments: [{ path: 'y.txt', line: 1, text: 'Look at this.' }] };
    const sent = await daemon.callWith<Sent>(key.key, 'POST', `/tasks/${id}/review`, body);
    t.match(sent, { status: 202, body: { delivered: true } });
    t.match(await daemon.callWith<Refusal>(key.key, 'POST', `/tasks/${parent.id}/review`, body), { status: 403 });
    t.match(await daemon.callWith<Refusal>(null, 'POST', `/tasks/${id}/review`, body), { status: 401 });
    await daemon.stopped(id);
    t.match((await daemon.lines(id, 'stdin')).join('\n'), /1\. "y\.txt", line 1:\n\n```\n> 1 \| y\n```\n\nLook at this\.$/);
    t.equal(
      (await daemon.events(id)).filter(
        (event: TaskEvent) => event.type === 'message' && event.messageId === sent.body.id && event.action === 'delivered',
      ).length,
      1,
    );
  });

  await t.test('what stands nowhere is refused, with which of them, and nothing is sent', async (t) => {
    const repositoryUrl = userRepository(t, { 'ten.txt': tenLines });
    const task = await done(daemon, { plan: 'RUN: printf "a\\0b" > data.bin; : > empty', repositoryUrl });
    const worktree = task.overlayPath ?? '';
    const secret = join(scratch(t), 'secret.txt');
    writeFileSync(secret, 'the secret\nof the user\n');
    symlinkSync(secret, join(worktree, 'link'));
    symlinkSync(join(secret, '..'), join(worktree, 'out'));
    mkdirSync(join(worktree, 'dir'));
    writeFileSync(join(worktree, 'dir', 'in'), '');
    const good = { path: 'ten.txt', line: 10, text: 'Good.' };
    for (const [bad, says] of [
      [{ path: 'ten.txt', line: 11 }, /Comment 2, of ten\.txt line 11: the file has 10 lines in the worktree/],
      [{ path: 'none.txt', line: 1 }, /no such file in the worktree/],
      [{ path: 'data.bin', line: 1, side: 'old' }, /no such file at the base commit/],
      [{ path: 'ten.txt/x', line: 1 }, /no such file/],
      [{ path: 'dir', line: 1 }, /no such file/],
      [{ path: 'out/secret.txt', line: 1 }, /no such file/],
      [{ path: 'link', line: 2 }, /the file has 1 line /],
      [{ path: secret, line: 1 }, /not relative to the worktree/],
      [{ path: '../x', line: 1 }, /leads out of the worktree\. Give a path/],
      [{ path: '.git/config', line: 1 }, /belongs to git/],
      [{ path: '.makima/setup', line: 1 }, /belongs to git or to makima/],
      [{ path: '/', line: 1 }, /not relative/],
    ] as const) {
      const { statusCode, code, message } = await refused(daemon, task.id, { comments: [good, { ...bad, text: 'Bad.' }, good] });
      t.match({ statusCode, code, message }, { statusCode: 400, code: 'COMMENT_MISPLACED', message: says }, JSON.stringify(bad));
      t.match(message, /^Comment 2, /);
    }
    for (const body of [
      {},
      { comments: [] },
      { comments: [], summary: ' \n' },
      { comments: [{ ...good, line: 0 }] },
      { comments: [{ ...good, line: 1.5 }] },
      { comments: [{ ...good, text: '  ' }] },
      { comments: [{ ...good, side: 'both' }] },
      { comments: [{ ...good, path: 'a\0b' }] },
      { comments: [{ ...good, more: 1 }] },
      { comments: Array.from({ length: 201 }, () => good) },
      { comments: Array.from({ length: 60 }, () => ({ ...good, text: 'x'.repeat(20_000) })) },
    ])
      t.equal((await refused(daemon, task.id, body)).code, 'VALIDATION_FAILED', JSON.stringify(body).slice(0, 100));
    t.equal((await daemon.call('GET', `/tasks/${task.id}`)).body.updatedAt, task.updatedAt, 'nothing of the task has changed');
    t.equal((await refused(daemon, crypto.randomUUID(), { comments: [good] })).code, 'TASK_NOT_FOUND');
    const pending = await daemon.make();
    t.equal((await refused(daemon, pending.id, { comments: [good] })).code, 'WORKTREE_NOT_FOUND');

    const sent = await review(daemon, task.id, {
      comments: [
        { path: 'link', line: 1, text: 'A link?' },
        { path: 'data.bin', line: 7, text: 'Bytes.' },
        { path: 'empty', line: 1, text: 'Nothing?\nRUN: :' },
      ],
    });
    t.equal(sent.status, 202);
    await daemon.ended(task.id);
    const told = (await daemon.lines(task.id, 'stdin')).join('\n');
    t.ok(told.includes(`> 1 | ${secret}`), 'of a link where it leads, as the diff has it');
    t.notMatch(told, /the secret/);
    t.match(told, /A binary file\.\n\nBytes\.[^]*The file is empty\.\n\nNothing\?/);
    rmSync(worktree, { recursive: true });
    t.equal((await refused(daemon, task.id, { comments: [good] })).code, 'WORKTREE_NOT_FOUND');
  });
});

void t.test('one whose agent never had a session begins anew, and is told', async (t) => {
  const daemon = await startDaemon(t, 'exits-3');
  const task = await done(daemon, { plan: 'p', repositoryUrl: userRepository(t) });
  t.match(task, { status: 'failed', sessionId: null });
  t.equal((await review(daemon, task.id, { comments: [], summary: 'Try again.' })).status, 202);
  t.match(await daemon.ended(task.id), { status: 'failed' });
  t.match((await daemon.lines(task.id, 'stdin')).join('\n'), /Try again\.$/);
});
