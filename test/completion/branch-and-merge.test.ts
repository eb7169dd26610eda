import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { fingerprint, sh, write } from '../git/git-fixture.ts';
import { line, read, world } from './completion-fixture.ts';

const unborn = ['/.git/objects', '/.git/index'];

void t.test('branch: all of the work, whatever became of it, and nothing else', async (t) => {
  const { repository, finished, run, events, store } = await world(t);
  const source = repository('r', { 'README.md': 'hello\n', 'gone.txt': 'x\n', '.gitignore': 'ignored\n' });
  write(source, { 'README.md': 'not committed\n', 'mine.txt': 'untracked\n', 'staged.txt': 's\n' });
  sh(source, 'add', 'staged.txt');
  sh(source, 'stash', 'store', '-m', 'kept', line(source, 'stash', 'create'));
  const { task, worktree } = await finished(source, { progressSummary: 'Said hello.\n\nMakima-Task: somebody-else\nend' });
  write(worktree.path, { 'one.txt': 'committed\n' });
  sh(worktree.path, 'add', 'one.txt');
  sh(worktree.path, 'commit', '-q', '-m', "the agent's own");
  write(worktree.path, {
    'README.md': 'changed\n',
    'dir/new.txt': 'untracked\n',
    ignored: 'x',
    'staged2.txt': 'y\n',
    '.makima/plan': 'secret',
  });
  sh(worktree.path, 'add', 'staged2.txt');
  rmSync(path.join(worktree.path, 'gone.txt'));
  const before = fingerprint(source, { times: true, skip: unborn });
  const refs = sh(source, 'for-each-ref');

  const result = await run(task, { action: 'branch', targetRepoPath: source });
  const branch = task.branch ?? '';
  t.match(branch, /^makima\/add-a-greeting-[0-9a-f]{8}$/);
  t.match(result, { action: 'branch', status: 'succeeded', branch, prUrl: null, commitSha: line(source, 'rev-parse', branch) });
  t.same(line(source, 'ls-tree', '-r', '--name-only', branch).split('\n'), [
    '.gitignore',
    'README.md',
    'dir/new.txt',
    'one.txt',
    'staged2.txt',
  ]);
  t.equal(sh(source, 'show', `${branch}:README.md`), 'changed\n');
  t.equal(line(source, 'log', '-1', '--format=%an <%ae> %cn <%ce>', branch), 'User <user@example.org> User <user@example.org>');
  t.equal(
    sh(source, 'log', '-1', '--format=%B', branch).trim(),
    `Add a greeting\n\nSaid hello.\n\nMakima-Task: somebody-else\nend\n\nMakima-Task: ${task.id}`,
  );
  t.equal(line(source, 'log', '-1', '--format=%(trailers:key=Makima-Task,valueonly)', branch), task.id);
  t.same(
    line(source, 'log', '--format=%s', branch).split('\n'),
    ['Add a greeting', "the agent's own", 'first'],
    'what the agent committed stays',
  );
  t.same(
    events.map((event) => (event.type === 'completion' ? event.completion.status : event.type)),
    ['running', 'succeeded', 'end'],
  );
  t.match((await store.getTask(task.id))?.completion, result);

  t.equal(
    sh(source, 'for-each-ref'),
    `${refs.split('\n').slice(0, 1).join('\n')}\n${line(source, 'for-each-ref', `refs/heads/${branch}`)}\n${refs.split('\n').slice(1).join('\n')}`,
    'one ref more',
  );
  const own = ['/.git/refs/heads/makima', '/.git/logs/refs/heads/makima', `/.git/refs/heads/${branch}`, `/.git/logs/refs/heads/${branch}`];
  const {
    '/.git/refs/heads': _heads,
    '/.git/logs/refs/heads': _logs,
    ...after
  } = fingerprint(source, { times: true, skip: [...unborn, ...own] });
  const { '/.git/refs/heads': _heads2, '/.git/logs/refs/heads': _logs2, ...expected } = before;
  t.same(after, expected, 'every other file, and when it was changed, is as it was');

  const again = await run(task, { action: 'branch', targetRepoPath: source });
  t.equal(again.commitSha, result.commitSha, 'a repeat makes nothing');
  write(worktree.path, { 'later.txt': 'l\n' });
  const more = await run(task, { action: 'branch', targetRepoPath: source });
  t.equal(line(source, 'rev-parse', `${more.commitSha ?? ''}^`), result.commitSha, 'later work comes on top');
});

void t.test('the agent’s own history never brings .makima along', async (t) => {
  const { repository, finished, run } = await world(t);
  const source = repository();
  const { task, worktree } = await finished(source);
  const blob = line(worktree.path, 'hash-object', '-w', 'README.md');
  sh(worktree.path, 'update-index', '--add', '--cacheinfo', `100644,${blob},.makima/x`);
  sh(worktree.path, 'commit', '-q', '-m', 'forced');
  t.match(line(worktree.path, 'ls-tree', '-r', '--name-only', 'HEAD'), /\.makima/);
  write(worktree.path, { 'a.txt': 'a\n' });
  await run(task, { action: 'branch', targetRepoPath: source });
  t.equal(line(source, 'log', '--all', '--format=%H', '--', '.makima'), '');
  t.equal(sh(source, 'show', `${task.branch ?? ''}:a.txt`), 'a\n');
});

void t.test('merge: forward over a clean checkout, as git itself does it', async (t) => {
  const { repository, finished, run } = await world(t);
  const source = repository('ein projekt');
  write(source, { 'mine.txt': 'untracked\n' });
  const { task, worktree } = await finished(source);
  write(worktree.path, { 'README.md': 'changed\n', 'dir/new.txt': 'n\n' });
  const result = await run(task, { action: 'merge', targetRepoPath: '~/ein projekt' });
  t.equal(line(source, 'rev-parse', 'main'), result.commitSha);
  t.equal(line(source, 'rev-parse', task.branch ?? ''), result.commitSha);
  t.equal(sh(source, 'status', '--porcelain'), '?? mine.txt\n');
  t.equal(read(source, 'README.md') + read(source, 'dir/new.txt'), 'changed\nn\n');
  t.match(result.message, source);
  t.same(
    ['FETCH_HEAD', 'ORIG_HEAD', 'MERGE_HEAD', 'index.lock', 'shallow'].filter((name) => existsSync(path.join(source, '.git', name))),
    [],
  );
  t.match(line(source, 'reflog', '-1', 'main'), new RegExp(`makima: task ${task.id}`), 'the way back is in the log');
  t.equal((await run(task, { action: 'merge', targetRepoPath: source })).commitSha, result.commitSha);
});

void t.test('merge: a branch that went on gets a merge commit; twice gets one', async (t) => {
  const { repository, finished, run } = await world(t);
  const source = repository();
  const { task, worktree } = await finished(source, { progressSummary: 'Two lines.' });
  write(worktree.path, { 'new.txt': 'n\n' });
  write(source, { 'theirs.txt': 't\n' });
  sh(source, 'add', '.');
  sh(source, 'commit', '-q', '-m', 'theirs');
  const tip = line(source, 'rev-parse', 'main');
  const result = await run(task, { action: 'merge', targetRepoPath: source });
  t.equal(line(source, 'rev-parse', 'main'), result.commitSha);
  t.same(line(source, 'log', '-1', '--format=%P', 'main').split(' '), [tip, line(source, 'rev-parse', task.branch ?? '')]);
  t.equal(sh(source, 'log', '-1', '--format=%B', 'main').trim(), `Merge Add a greeting\n\nTwo lines.\n\nMakima-Task: ${task.id}`);
  t.equal(sh(source, 'status', '--porcelain'), '');
  t.equal(read(source, 'new.txt') + read(source, 'theirs.txt'), 'n\nt\n');
  sh(source, 'commit', '-q', '--allow-empty', '-m', 'on top');
  t.equal((await run(task, { action: 'merge', targetRepoPath: source })).commitSha, result.commitSha, 'the commit that brought it');
  t.equal(line(source, 'rev-list', '--count', '--merges', 'main'), '1');
});

void t.test('merge: into a branch that is checked out nowhere, and into a bare repository', async (t) => {
  const { repository, finished, run, home } = await world(t);
  const source = repository();
  sh(source, 'branch', 'release');
  write(source, { 'README.md': 'dirty\n' });
  const { task, worktree } = await finished(source);
  write(worktree.path, { 'new.txt': 'n\n' });
  const result = await run(task, { action: 'merge', targetRepoPath: source, targetBranch: 'release' });
  t.equal(line(source, 'rev-parse', 'release'), result.commitSha);
  t.equal(sh(source, 'status', '--porcelain'), ' M README.md\n');
  sh(home, 'clone', '-q', '--bare', source, 'bare.git');
  t.match(await run(task, { action: 'merge', targetRepoPath: path.join(home, 'bare.git') }), { status: 'succeeded' });
  t.equal(sh(path.join(home, 'bare.git'), 'show', 'main:new.txt'), 'n\n');
});

void t.test('merge: whose history has no commit of makima’s gets one that says where it is from', async (t) => {
  const { repository, finished, run } = await world(t);
  const source = repository();
  const { task, worktree } = await finished(source);
  write(worktree.path, { 'new.txt': 'n\n' });
  sh(worktree.path, 'add', '.');
  sh(worktree.path, 'commit', '-q', '-m', 'all of it');
  const result = await run(task, { action: 'merge', targetRepoPath: source });
  t.equal(line(source, 'rev-parse', task.branch ?? ''), line(worktree.path, 'rev-parse', 'HEAD'), 'the branch is what the agent made');
  t.equal(line(source, 'log', '-1', '--format=%(trailers:key=Makima-Task,valueonly)', result.commitSha ?? ''), task.id);
});

void t.test('who commits', async (t) => {
  await t.test('the repository’s own configuration counts', async (t) => {
    const { repository, finished, run } = await world(t);
    const source = repository();
    sh(source, 'config', 'user.name', 'Zoë of here');
    const { task, worktree } = await finished(source);
    write(worktree.path, { 'a.txt': 'a\n' });
    await run(task, { action: 'branch', targetRepoPath: source });
    t.equal(line(source, 'log', '-1', '--format=%an <%ae>', task.branch ?? ''), 'Zoë of here <user@example.org>');
  });
  await t.test('nobody is an error, or the setting', async (t) => {
    for (const commitAuthor of [null, { name: 'Ada', email: 'ada@example.org' }]) {
      const { repository, finished, run, refused, home } = await world(t, { commitAuthor });
      const source = repository();
      writeFileSync(path.join(home, 'gitconfig'), '');
      const { task, worktree } = await finished(source);
      write(worktree.path, { 'a.txt': 'a\n' });
      if (commitAuthor === null) {
        t.match(await refused(task, { action: 'branch', targetRepoPath: source }), {
          code: 'NO_COMMIT_IDENTITY',
          message: /user\.email.*MAKIMA_COMMIT_AUTHOR/,
        });
        t.equal(line(source, 'for-each-ref', 'refs/heads/makima'), '');
      } else {
        await run(task, { action: 'merge', targetRepoPath: source });
        t.equal(line(source, 'log', '-1', '--format=%an <%ae> %cn', 'main'), 'Ada <ada@example.org> Ada');
      }
    }
  });
});
