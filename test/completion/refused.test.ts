import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { fingerprint, sh, write } from '../git/git-fixture.ts';
import { line, read, world } from './completion-fixture.ts';

void t.test('where nothing may be changed, nothing is', async (t) => {
  const { repository, finished, refused, run, home, store } = await world(t);
  /** Every file of the repository but its objects, which may grow. */
  const state = (source: string): object => fingerprint(source, { times: true, skip: ['/.git/objects'] });
  const prepare = async (files: Record<string, string> = { 'README.md': 'hello\n', 'a/b.txt': 'b\n' }) => {
    const source = repository(undefined, files);
    const made = await finished(source);
    write(made.worktree.path, { 'README.md': 'changed\n', 'new/file.txt': 'n\n', '.env': 'theirs\n' });
    return { source, ...made };
  };
  const cases: Record<
    string,
    {
      break: (source: string, branch: string) => unknown;
      also?: string;
      code: string;
      files?: string[];
      message?: RegExp;
      action?: 'branch' | 'merge';
      targetBranch?: string;
    }
  > = {
    'an edit': { break: (source) => write(source, { 'a/b.txt': 'edited\n' }), code: 'CHECKOUT_NOT_CLEAN', files: ['a/b.txt'] },
    'a staged file': {
      break: (source) => {
        write(source, { 's.txt': 's\n' });
        sh(source, 'add', 's.txt');
      },
      code: 'CHECKOUT_NOT_CLEAN',
      files: ['s.txt'],
    },
    'a deleted file': { break: (source) => rmSync(path.join(source, 'a/b.txt')), code: 'CHECKOUT_NOT_CLEAN', files: ['a/b.txt'] },
    'an untracked file in the way': {
      break: (source) => write(source, { 'new/file.txt': 'mine\n' }),
      code: 'CHECKOUT_NOT_CLEAN',
      files: ['new/file.txt'],
    },
    'a file where a directory is needed': {
      break: (source) => write(source, { new: 'mine\n' }),
      code: 'CHECKOUT_NOT_CLEAN',
      files: ['new'],
    },
    'a link in the way': {
      break: (source) => symlinkSync('/nowhere', path.join(source, '.env')),
      code: 'CHECKOUT_NOT_CLEAN',
      files: ['.env'],
    },
    'an ignored file in the way': {
      break: (source) => {
        write(source, { '.git/info/exclude': '.env\n', '.env': 'MY_SECRET=1\n' });
      },
      code: 'CHECKOUT_NOT_CLEAN',
      files: ['.env'],
    },
    'a conflict': {
      break: (source) => {
        write(source, { 'README.md': 'otherwise\n' });
        sh(source, 'commit', '-q', '-a', '-m', 'otherwise');
      },
      code: 'COMPLETION_CONFLICT',
      message: /README\.md \(both-modified\)/,
    },
    'a merge that is open': {
      break: (source) => {
        writeFileSync(path.join(source, '.git', 'MERGE_HEAD'), `${line(source, 'rev-parse', 'HEAD')}\n`);
      },
      code: 'CHECKOUT_BUSY',
    },
    'a rebase of the branch': {
      break: (source) => {
        sh(source, 'checkout', '-q', '--detach');
        write(source, { '.git/rebase-merge/head-name': 'refs/heads/main\n' });
      },
      code: 'CHECKOUT_BUSY',
      message: /rebase of main/,
    },
    'a dirty worktree elsewhere': {
      break: (source) => {
        sh(source, 'checkout', '-q', '--detach');
        sh(source, 'worktree', 'add', '-q', `${source}-linked`, 'main');
        write(`${source}-linked`, { 'a/b.txt': 'edited\n' });
      },
      also: '-linked',
      code: 'CHECKOUT_NOT_CLEAN',
      files: ['a/b.txt'],
    },
    'a worktree that is gone': {
      break: (source) => {
        sh(source, 'checkout', '-q', '--detach');
        sh(source, 'worktree', 'add', '-q', `${source}-gone`, 'main');
        rmSync(`${source}-gone`, { recursive: true });
      },
      code: 'CHECKOUT_BUSY',
      message: /git worktree prune/,
    },
    'no such target branch': { break: () => undefined, code: 'TARGET_BRANCH_NOT_FOUND', targetBranch: 'nope' },
    'somebody else’s branch of the same name': {
      break: (source, branch) => {
        sh(source, 'update-ref', `refs/heads/${branch}`, line(source, 'commit-tree', '-m', 'mine', 'HEAD^{tree}'));
      },
      code: 'BRANCH_TAKEN',
      action: 'branch',
    },
    'the same with merge': {
      break: (source, branch) => {
        sh(source, 'update-ref', `refs/heads/${branch}`, line(source, 'commit-tree', '-m', 'mine', 'HEAD^{tree}'));
      },
      code: 'BRANCH_TAKEN',
    },
    'a branch `makima`': {
      break: (source) => sh(source, 'branch', 'makima'),
      code: 'BRANCH_TAKEN',
      message: /has a branch makima,/,
      action: 'branch',
    },
    'a branch below': { break: (source, branch) => sh(source, 'branch', `${branch}/x`), code: 'BRANCH_TAKEN', action: 'branch' },
    'no common history': {
      break: (source) => {
        sh(source, 'update-ref', 'refs/heads/main', line(source, 'commit-tree', '-m', 'anew', 'HEAD^{tree}'));
      },
      code: 'COMPLETION_FAILED',
      message: /no history in common/,
    },
    'an index that is locked': { break: (source) => writeFileSync(path.join(source, '.git', 'index.lock'), ''), code: 'REPOSITORY_BUSY' },
  };
  for (const [name, { break: change, also, code, files, message, action = 'merge', targetBranch = null }] of Object.entries(cases)) {
    await t.test(name, async (t) => {
      const { source, task } = await prepare();
      change(source, task.branch ?? '');
      const second = also === undefined ? undefined : source + also;
      const before = [state(source), second === undefined ? null : state(second)];
      const error = await refused(task, { action, targetRepoPath: source, targetBranch });
      t.equal(error.code === 'COMPLETION_FAILED' ? (error.details['reason'] ?? error.code) : error.code, code, error.message);
      t.equal(error.statusCode, 409);
      if (files) t.same(error.details['files'], files);
      for (const file of files ?? []) t.match(error.message, file);
      if (message) t.match(error.message, message);
      const after = [state(source), second === undefined ? null : state(second)];
      t.same(after, before);
      t.match((await store.getTask(task.id)) ?? {}, { status: 'done', completion: { action, status: 'failed', message: error.message } });
    });
  }
  await t.test('once it is made good, the same action succeeds', async (t) => {
    const { source, task } = await prepare();
    write(source, { 'a/b.txt': 'edited\n' });
    await refused(task, { action: 'merge', targetRepoPath: source });
    sh(source, 'checkout', '--', 'a/b.txt');
    t.match(await run(task, { action: 'merge', targetRepoPath: source }), { status: 'succeeded' });
    t.equal(sh(source, 'status', '--porcelain'), '');
  });
  await t.test('a clean worktree elsewhere goes along', async (t) => {
    const { source, task } = await prepare();
    sh(source, 'checkout', '-q', '-b', 'mine');
    write(source, { 'a/b.txt': 'edited\n' });
    sh(source, 'worktree', 'add', '-q', `${source}-linked`, 'main');
    await run(task, { action: 'merge', targetRepoPath: source });
    t.equal(sh(`${source}-linked`, 'status', '--porcelain'), '');
    t.equal(read(`${source}-linked`, 'new/file.txt'), 'n\n');
    t.equal(sh(source, 'status', '--porcelain'), ' M a/b.txt\n');
    t.match(
      await run(task, { action: 'merge', targetRepoPath: `${source}-linked` }),
      { status: 'succeeded' },
      'a linked worktree names its repository',
    );
  });
  await t.test('what a crash left between files and branch is finished', async (t) => {
    const { source, task } = await prepare();
    await run(task, { action: 'branch', targetRepoPath: source });
    const work = line(source, 'rev-parse', task.branch ?? '');
    const old = line(source, 'rev-parse', 'main');
    sh(source, 'read-tree', '-m', '-u', 'main', work);
    t.equal(line(source, 'rev-parse', 'main'), old);
    await run(task, { action: 'merge', targetRepoPath: source });
    t.equal(line(source, 'rev-parse', 'main'), work);
    t.equal(sh(source, 'status', '--porcelain'), '');
  });
  await t.test('the user has the task’s own branch checked out', async (t) => {
    const { source, task, worktree } = await prepare();
    await run(task, { action: 'branch', targetRepoPath: source });
    sh(source, 'checkout', '-q', task.branch ?? '');
    write(worktree.path, { 'more.txt': 'm\n' });
    await run(task, { action: 'branch', targetRepoPath: source });
    t.equal(sh(source, 'status', '--porcelain'), '');
    t.equal(read(source, 'more.txt'), 'm\n');
    write(source, { 'more.txt': 'edited\n' });
    write(worktree.path, { 'more.txt': 'm2\n' });
    t.match(await refused(task, { action: 'branch', targetRepoPath: source }), { code: 'CHECKOUT_NOT_CLEAN' });
    sh(source, 'commit', '-q', '-a', '-m', 'review');
    t.match(
      await refused(task, { action: 'branch', targetRepoPath: source }),
      { code: 'BRANCH_TAKEN' },
      'a commit of the user’s on it is never lost',
    );
  });
  await t.test('a path that is no repository, and hooks that would speak', async (t) => {
    const { source, task } = await prepare();
    mkdirSync(path.join(source, '.git', 'hooks'), { recursive: true });
    t.match(await refused(task, { action: 'branch', targetRepoPath: path.join(home, 'nothing') }), {
      code: 'COMPLETION_FAILED',
      details: { reason: 'INVALID_REPOSITORY' },
    });
    for (const hook of ['reference-transaction', 'post-merge', 'post-checkout', 'post-index-change', 'post-commit']) {
      writeFileSync(path.join(source, '.git/hooks', hook), `#!/bin/sh\necho ${hook} >> '${source}.ran'\n`, { mode: 0o755 });
    }
    sh(source, 'commit', '-q', '--allow-empty', '-m', 'mine');
    t.match(read(`${source}.ran`), /reference-transaction[^]*post-commit/, 'they do run for the user');
    rmSync(`${source}.ran`);
    await run(task, { action: 'merge', targetRepoPath: source });
    t.notOk(existsSync(`${source}.ran`));
  });
});
