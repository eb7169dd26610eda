/** A piece of work led by the tools alone: made, waited for, read, merged with a conflict, finished. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { appears, until } from '../support/appears.ts';
import { git, scratch, startDaemon, userRepository } from '../support/daemon.ts';
import { connect } from './client.ts';

const idOf = (data: Record<string, unknown>): string => String(Object(data['task']).id);

void t.test('an orchestrator that has nothing but the tools', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan', { MAKIMA_MAX_CONCURRENT_TASKS: '1' });
  const place = scratch(t);
  const [key, done, childDone] = [join(place, 'key'), join(place, 'done'), join(place, 'child')] as const;
  const repositoryUrl = userRepository(t, { 'a.txt': 'one\n' });
  const top = await daemon.start({
    isOrchestrator: true,
    repositoryUrl,
    plan: `RUN: printf %s "$MAKIMA_API_KEY" > '${key}.new'; mv '${key}.new' '${key}'; ${until(done)}`,
  });
  const headers = { 'x-makima-tool-key': await appears(key) };
  const { call } = await connect(t, daemon.app.url, headers);
  const told = async (name: string, given: Record<string, unknown> = {}) => {
    const answer = await call(name, given);
    t.equal(answer.isError, false, `${name}: ${answer.text}`);
    return answer;
  };

  t.match(await told('list_tasks'), { text: 'There are none.\n', data: { tasks: [], nextCursor: null } });
  t.match(await told('wait_for_tasks'), { text: /None of your subtasks goes on/ });
  const change = (text: string): string => `RUN: ${until(childDone)}; echo ${text} > a.txt; echo said; echo new > ${text}.txt`;
  const create = { name: 'First', plan: change('first'), start: true, idempotencyKey: 'first' };
  const first = idOf((await told('create_task', create)).data);
  t.equal(idOf((await told('create_task', create)).data), first, 'a repeat makes no second one');
  t.match(await call('create_task', { ...create, name: 'Other' }), { isError: true, data: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  const second = idOf((await told('create_task', { name: 'Second', plan: change('second') })).data);
  t.match(await call('wait_for_tasks', { taskIds: [first, second] }), { isError: true, text: /never started/ });
  t.match(await call('wait_for_tasks', { taskIds: [top.id] }), { isError: true, text: /its own end/ });
  await told('start_task', { taskId: second });
  t.match((await daemon.call('GET', `/tasks/${first}`)).body, { parentTaskId: top.id, repositoryUrl });

  await t.test('it gives its slot to others while it waits, and has it again', async (t) => {
    const other = await daemon.start({ name: 'other', plan: 'RUN: :' });
    t.equal(other.status, 'queued');
    const early = await told('wait_for_tasks', { seconds: 1 });
    t.match(early.data, { allEnded: false, ended: [], deleted: [] });
    t.match(early.text, /^0 of 2 have ended\.\nGoing on:\n/);
    t.match(early.text, new RegExp(`${first}\t(running|starting|initializing)\tFirst\tsince \\d{4}-`));
    t.match(early.text, new RegExp(`${second}\tqueued\tSecond\tsince .*, waits for slot`));
    t.match((await daemon.call('GET', `/tasks/${top.id}`)).body, { status: 'blocked', waitsFor: { kind: 'subtasks' } });
    t.equal((await daemon.ended(other.id)).status, 'done');
    writeFileSync(childDone, '');
    const over = await told('wait_for_tasks', { taskIds: [first, second, first], seconds: 600 });
    t.match(over.data, { allEnded: true, goingOn: [], hint: null });
    t.strictSame(
      (over.data['ended'] as { status: string }[]).map(({ status }) => status),
      ['done', 'done'],
    );
    t.match(over.text, /^2 of 2 have ended\.\n/);
    t.equal((await daemon.call('GET', `/tasks/${top.id}`)).body.status, 'running');
  });

  await t.test('it reads what they did', async (t) => {
    t.match(await told('read_output', { taskId: first }), { text: /said\n.*\[makima\] done\n\(that is all so far: after "\d+-/s });
    const files = await told('read_diff', { taskId: first });
    t.match(files.text, /^modified\t\+1 -1\ta\.txt\nadded\t\+1 -0\tfirst\.txt\n$/);
    t.match(files.data, { count: 2, files: [{ path: 'a.txt' }, { path: 'first.txt' }] });
    const patch = await told('read_diff', { taskId: first, file: 'a.txt' });
    t.match(patch.text, /^diff --git a\/a\.txt[^]*-one\n\+first\n$/);
    t.notMatch(patch.text, /first\.txt/);
    t.match(await told('read_diff', { taskId: first, file: 'a.txt', fromLine: 6 }), { text: '-one\n+first\n' });
    t.match(await call('read_diff', { taskId: first, file: 'fisrt.txt' }), { isError: true, text: /perhaps \\?"first\.txt/ });
    t.match(await told('show_task', { taskId: first }), { data: { task: { plan: change('first'), status: 'done' } } });
    t.match(await told('show_tree'), { data: { tree: { id: top.id, subtasks: [{ id: first }, { id: second }] } } });
    t.match(await told('read_usage'), { data: { runs: [{ number: 1 }] } });
  });

  await t.test('it brings their work together', async (t) => {
    t.match(await call('finish_task', { progressSummary: 'early' }), { isError: true, data: { code: 'SUBTASKS_NOT_INTEGRATED' } });
    t.match(await told('list_branches'), { data: { count: 2, branches: [{ taskId: first, isMerged: false }, { isMerged: false }] } });
    t.match((await told('preview_merge')).data['subtasks'], [{ clean: true, conflictsWith: [second] }, { clean: true }]);
    await told('start_merge', { subtaskId: first });
    t.match(await told('preview_merge', { subtaskId: second }), { data: { clean: false, conflicts: [{ file: 'a.txt' }] } });
    const conflict = await call('start_merge', { subtaskId: second });
    t.match(conflict, { isError: true, data: { code: 'MERGE_CONFLICT', conflicts: [{ file: 'a.txt', kind: 'both-modified' }] } });
    t.match(await told('merge_status'), { data: { inProgress: true, subtaskId: second, left: 1 } });
    t.match(await call('commit_merge'), { isError: true, data: { code: 'CONFLICTS_LEFT' } });
    await told('abort_merge');
    await call('start_merge', { subtaskId: second });
    t.match(await told('resolve_conflict', { file: 'a.txt', strategy: 'theirs' }), { data: { left: 0 }, text: /commit_merge/ });
    await told('commit_merge', { message: 'Both' });
    t.match(await told('check_merge'), { data: { canComplete: true, mergedCount: 2 } });
    const { overlayPath } = (await daemon.call('GET', `/tasks/${top.id}`)).body;
    t.equal(readFileSync(join(overlayPath ?? '', 'a.txt'), 'utf8'), 'second\n');
    t.equal(git(overlayPath ?? '', 'status', '--porcelain'), '');
  });

  await t.test('it reaches nothing else', async (t) => {
    const foreign = await daemon.make({ name: 'foreign' });
    for (const name of ['show_task', 'read_output', 'start_task', 'list_branches', 'report_progress', 'stop_task'])
      t.match(await call(name, { taskId: foreign.id, ...(name === 'report_progress' && { progressSummary: 's' }) }), {
        isError: true,
        data: { code: 'FORBIDDEN' },
      });
    t.match(await call('create_task', { name: 'n', plan: 'p', parentTaskId: foreign.id }), { isError: true, data: { code: 'FORBIDDEN' } });
    t.match(await call('stop_task', { taskId: top.id }), { isError: true, data: { code: 'FORBIDDEN' } }, 'nor ends itself');
    t.match((await told('list_tasks', { parentTaskId: 'none' })).data['tasks'], [{ id: top.id }]);
  });

  await told('report_progress', { progressSummary: 'nearly' });
  t.match(await told('finish_task', { progressSummary: 'all is in' }), {
    data: { task: { status: 'done', progressSummary: 'all is in' } },
  });
  writeFileSync(done, '');
  t.match(await daemon.ended(top.id), { status: 'done', progressSummary: 'all is in' });
  const after = await fetch(`${daemon.app.url}/mcp`, { method: 'POST', headers });
  t.equal(after.status, 401, 'its key died with its run');
});

void t.test('the owner, and answers that are long', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name');
  const { call } = await connect(t, daemon.app.url, { authorization: `Bearer ${daemon.token}` });
  const made = await call('create_task', {
    name: 'runs-plan',
    plan: 'RUN: seq 1 9000 > many.txt; mkdir d; cd d; seq 1 230 | xargs touch',
    start: true,
  });
  const taskId = idOf(made.data);
  t.match(await call('wait_for_tasks', { taskIds: [taskId], seconds: 600 }), { data: { allEnded: true, ended: [{ id: taskId }] } });
  t.match(await call('wait_for_tasks'), { isError: true, text: /"taskIds" is missing/ });
  t.match((await call('list_tasks')).data['tasks'], [{ id: taskId, status: 'done' }]);
  t.match(await call('show_task', { taskId }), { text: /^agent: claude$/m, data: { task: { agent: 'claude' } } });
  t.match(await call('list_agents'), { data: { agents: [{ name: 'claude' }] } });

  await t.test('output comes in pages, of which none leaves anything out', async (t) => {
    const { id } = await daemon.start({ name: 'counts', plan: 'COUNT: 3000 EVERY: 0' });
    await daemon.ended(id);
    const end = await call('read_output', { taskId: id, tail: 2500 });
    t.match(
      end.text,
      /^\(\d+ characters before are left out; after "0" reads from the beginning\)\n[^]*\[makima\] done\n\(that is all so far/,
    );
    t.ok(end.text.length < 13_000);
    let after = '0';
    let whole = '';
    let pages = 0;
    for (let hasMore = true; hasMore; pages += 1) {
      const { text } = await call('read_output', { taskId: id, after });
      t.ok(text.length < 25_000, 'an agent can take it');
      const [, body = '', more, cursor = ''] =
        /^([^]*)\((there is more|that is all so far): after "([^"]+)" goes on from here\)\n$/.exec(text) ?? [];
      hasMore = more === 'there is more';
      whole += body;
      after = cursor;
    }
    t.ok(pages > 2, String(pages));
    t.equal(whole, await daemon.text(`/tasks/${id}/output`), 'the same as the whole');
    t.match(await call('read_output', { taskId: id, after }), { text: /^\(that is all so far/ });
    t.match(await call('read_output', { taskId: id, tail: 1 }), { text: /^(?!\().*\n/ });
    t.match(await call('read_output', { taskId: id, after: '999999' }), { isError: true, data: { code: 'EVENTS_GONE' } });

    const huge = await daemon.start({ name: 'huge-line' });
    await daemon.ended(huge.id);
    for (const from of [{}, { after: '0' }]) {
      const { text } = await call('read_output', { taskId: huge.id, ...from });
      t.ok(text.length < 25_000, `${text.length} of a line of millions`);
      t.match(text, /characters/);
    }
  });

  await t.test('a diff by its names, a patch by its lines', async (t) => {
    const files = await call('read_diff', { taskId });
    t.match(files, { data: { count: 231, leftOut: 31 }, text: /\n\(31 more files\)\n$/ });
    let fromLine = 1;
    let whole = '';
    for (;;) {
      const { text } = await call('read_diff', { taskId, file: 'many.txt', fromLine });
      t.ok(text.length < 21_000);
      const cut = /\(cut here: call again with fromLine (\d+) for the rest\)\n$/.exec(text);
      whole += cut ? text.slice(0, cut.index) : text;
      if (!cut) break;
      fromLine = Number(cut[1]);
    }
    t.match(whole, /^diff --git [^]*\n\+1\n\+2\n/);
    t.equal(whole.split('\n').filter((line) => /^\+\d+$/.test(line)).length, 9000);
    t.match(await call('read_diff', { taskId, file: 'many.txt', fromLine: 10_000 }), { text: /no such line/ });
  });
});
