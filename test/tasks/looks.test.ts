/** How many git commands it takes to see how subtasks stand: one look at each worktree, and nothing for what has not changed. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test as Tap } from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { MergeCheck, MergePreview, SubtaskBranch } from '../../schemas/merge.ts';
import type { Task } from '../../schemas/task.ts';
import { countCommands } from '../git/count-commands.ts';
import { git, lineOf, startDaemon, userRepository } from '../support/daemon.ts';

const working = (event: TaskEvent): boolean => lineOf(event, 'stdout')?.includes('Working until') === true;
const isLook = (command: string): boolean => / status /.test(command);

const family = async (t: Tap) => {
  const bin = mkdtempSync(join(tmpdir(), 'mk-bin-'));
  t.teardown(() => rmSync(bin, { recursive: true, force: true }));
  const counted = countCommands(t, bin);
  const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_MAX_CONCURRENT_TASKS: '10' }, { exitGraceMs: 500 });
  const { id } = await daemon.start({ name: 'forever', isOrchestrator: true, repositoryUrl: userRepository(t, { a: 'a\n', b: 'b\n' }) });
  await daemon.until(id, working);
  const children: Task[] = [];
  for (const name of ['one', 'two', 'three']) {
    const plan = `RUN: echo ${name} > ${name}; git add .; git -c user.name=A -c user.email=a@b.c commit -qm ${name}; echo more > left-${name}`;
    children.push(await daemon.ended((await daemon.start({ name: 'runs-plan', plan, parentTaskId: id })).id));
  }
  const parent = (await daemon.call('GET', `/tasks/${id}`)).body;
  const [first, ...others] = children;
  if (first === undefined) throw new Error('there is no subtask');
  const ask = {
    branches: async () => (await daemon.call<SubtaskBranch[]>('GET', `/tasks/${id}/branches`)).body,
    check: async () => (await daemon.call<MergeCheck>('GET', `/tasks/${id}/merge/check`)).body,
    preview: async (of: Task = first) => (await daemon.call<MergePreview>('GET', `/tasks/${id}/merge/preview?subtaskId=${of.id}`)).body,
  };
  /** Asks until what was written just now has been seen to stand. */
  const again = async <T>(question: () => Promise<T>) => {
    let last = await counted(question);
    for (let attempt = 0; attempt < 100 && !last.commands.every(isLook); attempt += 1) last = await counted(question);
    return last;
  };
  return { daemon, parent, first, others, ask, again, counted };
};

void t.test('branches, check and preview', async (t) => {
  const { daemon, parent, first, ask, again, counted } = await family(t);
  const before = await counted(ask.branches);
  t.ok(before.commands.length <= 4 * 4 + 4, `branches of 3 subtasks, for the first time: ${before.commands.length} commands`);
  t.strictSame((await again(ask.branches)).commands.map(isLook), [true, true, true, true], 'again: one look at each worktree');
  t.strictSame((await again(ask.check)).commands.map(isLook), [true, true, true, true], 'what is left: the same');
  await ask.preview();
  t.strictSame((await again(ask.preview)).commands.map(isLook), [true, true], 'a preview: one look at either');

  const goOn = (): Promise<{ result: MergePreview; commands: string[] }> => {
    appendFileSync(join(first.overlayPath ?? '', 'left-one'), 'and more\n');
    return counted(ask.preview);
  };
  let changed = await goOn();
  // What is written within the moment of a look is looked at once more, which a machine that is busy meets now and then.
  for (let attempt = 1; attempt < 5 && changed.commands.length > 5; attempt += 1) changed = await goOn();
  t.ok(changed.commands.length <= 5, `a preview of one that has gone on: ${changed.commands.join(', ')}`);
  t.ok(changed.result.clean);

  appendFileSync(join(first.overlayPath ?? '', 'a'), 'changed below\n');
  appendFileSync(join(parent.overlayPath ?? '', 'a'), 'changed above\n');
  t.match((await again(ask.preview)).result, { clean: false, conflicts: [{ file: 'a' }] }, 'a change on both sides is seen');
  git(parent.overlayPath ?? '', 'checkout', '-q', '--', 'a');
  t.match((await again(ask.preview)).result, { clean: true }, 'and that it is gone');

  git(first.overlayPath ?? '', 'add', '-A');
  git(first.overlayPath ?? '', 'commit', '-qm', 'all of it');
  t.match((await again(ask.branches)).result[0], { ahead: 2, lastCommitMessage: 'all of it', isMerged: false }, 'a commit is seen');
  git(first.overlayPath ?? '', 'commit', '-q', '--amend', '-m', 'said\nanew\n\nwith a body');
  t.match((await again(ask.branches)).result[0], { ahead: 2, lastCommitMessage: 'said anew' }, 'and one in its place');
  const merged = await daemon.call('POST', `/tasks/${parent.id}/merge`, { subtaskId: first.id });
  t.equal(merged.status, 200);
  t.match((await again(ask.branches)).result[0], { ahead: 0, isMerged: true }, 'a merge is seen');
  t.match((await again(ask.check)).result, { mergedCount: 1, canComplete: false });
  git(parent.overlayPath ?? '', 'reset', '-q', '--hard', 'HEAD~1');
  t.match((await again(ask.branches)).result[0], { ahead: 2, isMerged: false }, 'and that it was taken back');
  git(parent.overlayPath ?? '', 'update-index', '--assume-unchanged', 'b');
  appendFileSync(join(parent.overlayPath ?? '', 'b'), 'hidden\n');
  appendFileSync(join(first.overlayPath ?? '', 'b'), 'below\n');
  t.match(await ask.preview(), { clean: false, conflicts: [{ file: 'b' }] }, 'and what is hidden from git');
});
