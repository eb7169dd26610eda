/** A source whose own branches stand where a task's branch would be: git keeps no `makima` beside `makima/…`. */
import t, { type Test } from 'tap';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, startDaemon, userRepository, write } from '../support/daemon.ts';

const sourceWith = (t: Test, branch: string): string => {
  const source = userRepository(t);
  git(source, 'checkout', '-q', '-b', branch);
  write(source, { 'theirs.txt': 't\n' });
  git(source, 'add', '-A');
  git(source, 'commit', '-q', '-m', 'theirs');
  return source;
};

void t.test('a source with such a branch, as the base and beside it, by its path and by a URL', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name');
  const plan = 'RUN: echo m > mine.txt; git add -A; git commit -qm mine; echo more > more.txt';
  const run = async (source: string, repositoryUrl: string, baseBranch: string): Promise<string> => {
    const { id } = await daemon.start({ name: 'runs-plan', plan, repositoryUrl, baseBranch });
    const task = await daemon.ended(id);
    t.match(task, { status: 'done', errorMessage: null, warnings: [] }, `${repositoryUrl} ${baseBranch}`);
    t.equal(task.baseCommit, git(source, 'rev-parse', baseBranch));
    t.match(await daemon.text(`/tasks/${id}/diff`), /mine\.txt[^]*more\.txt/);
    return id;
  };
  const [plain, below] = [sourceWith(t, 'makima'), sourceWith(t, 'makima/x')];
  const [id] = await Promise.all([
    run(plain, plain, 'makima'),
    run(plain, plain, 'main'),
    run(plain, pathToFileURL(plain).href, 'makima'),
    run(below, below, 'makima/x'),
  ]);
  t.equal(git(plain, 'for-each-ref', '--format=%(refname:short)'), 'main\nmakima', 'the source is as it was');
  t.equal((await daemon.call('DELETE', `/tasks/${id}`)).status, 204);
  const { body } = await daemon.call('POST', `/tasks/${id}/worktree/restore`);
  t.equal(readFileSync(join(body.overlayPath ?? '', 'more.txt'), 'utf8'), 'more\n');
  t.equal(git(body.overlayPath ?? '', 'rev-parse', '--abbrev-ref', 'HEAD'), body.branch);

  const parent = await daemon.start({ name: 'forever', isOrchestrator: true, repositoryUrl: plain, baseBranch: 'makima' });
  await daemon.until(parent.id, (event) => event.type === 'output' && event.jsonType === 'assistant');
  const subtask = await daemon.start({ name: 'runs-plan', plan: 'RUN: echo s > sub.txt', parentTaskId: parent.id });
  t.match(await daemon.ended(subtask.id), { status: 'done', errorMessage: null });
  t.match(await daemon.call('POST', `/tasks/${parent.id}/merge`, { subtaskId: subtask.id }), { status: 200, body: { success: true } });
  await daemon.stopped(parent.id);
});
