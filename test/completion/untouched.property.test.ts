import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { MakimaError } from '../../src/errors.ts';
import { fingerprint, sh, write } from '../git/git-fixture.ts';
import { line, world } from './completion-fixture.ts';

/** What a user may have lying about, in a repository whose task branch is `branch`. */
const mess: Record<string, (source: string, branch: string) => unknown> = {
  edited: (source) => write(source, { 'kept.txt': 'edited\n' }),
  staged: (source) => {
    write(source, { 'staged.txt': 's\n' });
    sh(source, 'add', 'staged.txt');
  },
  removed: (source) => rmSync(path.join(source, 'dir/kept.txt'), { force: true }),
  executable: (source) => chmodSync(path.join(source, 'README.md'), 0o755),
  stashed: (source) => {
    write(source, { 'README.md': 'stashed\n' });
    sh(source, 'stash', '-q');
  },
  untracked: (source) => write(source, { 'notes.txt': 'mine\n', 'dir/notes.txt': 'mine\n' }),
  inTheWay: (source) => write(source, { 'added/file.txt': 'mine\n' }),
  ignoredInTheWay: (source) => {
    write(source, { '.env': 'SECRET=1\n' });
    writeFileSync(path.join(source, '.git/info/exclude'), '.env\n');
  },
  detached: (source) => sh(source, 'checkout', '-q', '--detach'),
  onAnother: (source) => sh(source, 'checkout', '-q', '-b', 'mine'),
  linked: (source) => {
    sh(source, 'checkout', '-q', '--detach');
    sh(source, 'worktree', 'add', '-q', `${source}-linked`, 'main');
  },
  linkedAndEdited: (source) => {
    sh(source, 'checkout', '-q', '--detach');
    sh(source, 'worktree', 'add', '-q', '--force', `${source}-linked2`, 'release');
    write(`${source}-linked2`, { 'kept.txt': 'edited\n' });
  },
  theirCommit: (source) => {
    sh(source, 'update-ref', 'refs/heads/main', line(source, 'commit-tree', '-p', 'main', '-m', 'theirs', 'main^{tree}'));
  },
  conflict: (source) => {
    const blob = line(source, 'hash-object', '-w', '.git/HEAD');
    const env = { ...process.env, GIT_INDEX_FILE: path.join(source, '.git/other-index') };
    const run = (...args: string[]): string => line(source, ...args);
    process.env['GIT_INDEX_FILE'] = env.GIT_INDEX_FILE;
    try {
      run('read-tree', 'release');
      run('update-index', '--cacheinfo', `100644,${blob},README.md`);
      run('update-ref', 'refs/heads/release', run('commit-tree', '-p', 'release', '-m', 'otherwise', run('write-tree')));
    } finally {
      Reflect.deleteProperty(process.env, 'GIT_INDEX_FILE');
    }
  },
  foreignBranch: (source, branch) =>
    sh(source, 'update-ref', `refs/heads/${branch}`, line(source, 'commit-tree', '-m', 'foreign', 'main^{tree}')),
  branchInTheWay: (source) => sh(source, 'branch', 'makima', 'main'),
  packed: (source) => sh(source, 'pack-refs', '--all'),
  tagged: (source) => sh(source, 'tag', '-a', '-m', 'v1', 'v1', 'main'),
  rebasing: (source) => {
    mkdirSync(path.join(source, '.git/rebase-merge'), { recursive: true });
    writeFileSync(path.join(source, '.git/rebase-merge/head-name'), 'refs/heads/release\n');
  },
};

const edits: Record<string, (worktree: string) => void> = {
  change: (worktree) => write(worktree, { 'README.md': 'by the task\n' }),
  add: (worktree) => write(worktree, { 'added/file.txt': 'by the task\n', '.env': 'by the task\n' }),
  remove: (worktree) => rmSync(path.join(worktree, 'dir'), { recursive: true, force: true }),
  commit: (worktree) => {
    write(worktree, { 'committed.txt': 'c\n' });
    sh(worktree, 'add', '-A');
    sh(worktree, 'commit', '-q', '-m', 'by the agent');
  },
};

interface Checkout {
  path: string;
  gitDir: string;
}

const checkoutsOf = (source: string): Checkout[] =>
  sh(source, 'worktree', 'list', '--porcelain')
    .split('\n')
    .filter((each) => each.startsWith('worktree '))
    .map((each) => {
      const directory = each.slice('worktree '.length);
      return { path: directory, gitDir: line(directory, 'rev-parse', '--absolute-git-dir') };
    });

/** Everything about a user's repository that a completion action could disturb. */
const stateOf = (source: string) => ({
  refs: new Map(
    sh(source, 'for-each-ref', '--format=%(refname) %(objectname)')
      .trim()
      .split('\n')
      .map((each) => [each.split(' ')[0] ?? '', each]),
  ),
  stashes: sh(source, 'stash', 'list', '--format=%H %gs'),
  git: fingerprint(path.join(source, '.git'), { times: false, skip: ['/objects'] }),
  checkouts: checkoutsOf(source).map((checkout) => ({
    ...checkout,
    head: line(checkout.path, 'rev-parse', '--symbolic-full-name', 'HEAD'),
    commit: line(checkout.path, 'rev-parse', 'HEAD'),
    index: sh(checkout.path, 'ls-files', '--stage', '-v'),
    files: fingerprint(checkout.path, { times: true, skip: ['/.git'] }),
  })),
});

void t.test('whatever the action and its outcome, nothing but the named branches changes', async (t) => {
  const { repository, finished, run } = await world(t);
  let succeeded = 0;
  let failed = 0;
  const property = fc.asyncProperty(
    fc.record({
      action: fc.constantFrom('branch' as const, 'merge' as const),
      targetBranch: fc.constantFrom(null, 'release', 'nope'),
      // often none or one alone: a second thing in the way would hide that the first was overlooked
      user: fc.oneof(
        fc.uniqueArray(fc.constantFrom(...Object.keys(mess)), { maxLength: 1 }),
        fc.uniqueArray(fc.constantFrom(...Object.keys(mess)), { maxLength: 4 }),
      ),
      work: fc.uniqueArray(fc.constantFrom(...Object.keys(edits)), { minLength: 1, maxLength: 3 }),
      twice: fc.boolean(),
      isContinued: fc.boolean(),
    }),
    async ({ action, targetBranch, user, work, twice, isContinued }) => {
      const source = repository(undefined, { 'README.md': 'hello\n', 'kept.txt': 'k\n', 'dir/kept.txt': 'k\n' });
      sh(source, 'branch', 'release');
      const { task, worktree } = await finished(source, isContinued ? { branch: 'release', continuesBranch: 'release' } : {});
      const branch = task.branch ?? '';
      for (const name of work) edits[name]?.(worktree.path);
      for (const name of user) {
        // two of them may not go together
        try {
          mess[name]?.(source, branch);
        } catch (error) {
          if (!(error instanceof Error && 'stderr' in error)) throw error;
        }
      }
      const before = stateOf(source);
      const attempt = async (): Promise<boolean> => {
        try {
          await run(task, { action, targetRepoPath: source, targetBranch });
          return true;
        } catch (error) {
          if (error instanceof MakimaError && error.statusCode === 409) return false;
          throw error;
        }
      };
      const isDone = await attempt();
      if (twice && isDone && !(await attempt())) throw new Error('a repeat fails');
      if (isDone) succeeded += 1;
      else failed += 1;
      const after = stateOf(source);
      const named = isDone ? [`refs/heads/${branch}`, ...(action === 'merge' ? [`refs/heads/${targetBranch ?? 'main'}`] : [])] : [];
      const others = (refs: Map<string, string>): string[] => [...refs].filter(([name]) => !named.includes(name)).map(([, each]) => each);
      const equal = (one: unknown, other: unknown, what: string): void => {
        if (JSON.stringify(one) !== JSON.stringify(other))
          throw new Error(`${what}: ${JSON.stringify(one)} became ${JSON.stringify(other)}`);
      };
      equal(others(before.refs), others(after.refs), 'refs');
      equal(before.stashes, after.stashes, 'stashes');
      for (const name of named) {
        const commit = before.refs.get(name)?.split(' ')[1];
        if (commit !== undefined) equal(line(source, 'merge-base', commit, name), commit, `what ${name} had`);
      }
      const moved: string[] = [];
      for (const [index, checkout] of before.checkouts.entries()) {
        const now = after.checkouts[index];
        equal(checkout.head, now?.head, 'HEAD');
        if (named.includes(checkout.head) && checkout.commit !== now?.commit) {
          moved.push(checkout.gitDir);
          equal(sh(checkout.path, 'status', '--porcelain', '--untracked-files=no'), '', 'a clean checkout is clean again');
          const changed = new Set(
            sh(checkout.path, 'diff', '--name-only', '--no-renames', checkout.commit, 'HEAD')
              .split('\n')
              .flatMap((name) => [name, ...name.split('/').slice(0, -1)])
              .map((name) => `/${name}`),
          );
          const tracked = new Set(checkout.index.split('\n').map((each) => `/${each.split('\t')[1] ?? ''}`));
          const rest = (files: Record<string, string>): string[] =>
            Object.entries(files)
              .filter(([name]) => !changed.has(name))
              .map(String);
          const lost = Object.entries(checkout.files).filter(
            ([name, kind]) => changed.has(name) && !kind.startsWith('dir') && !tracked.has(name),
          );
          equal(lost, [], 'untracked files that were written over');
          equal(rest(checkout.files), rest(now?.files ?? {}), 'files that the work does not touch');
        } else {
          equal(checkout.index, now?.index, 'index');
          equal(checkout.files, now?.files, 'files');
        }
      }
      const isNamed = (name: string): boolean =>
        named.some((ref) => [`/${ref}`, `/logs/${ref}`].some((file) => name === file || file.startsWith(`${name}/`))) ||
        moved.some((gitDir) => ['index', 'logs/HEAD'].some((file) => path.join(gitDir, file) === path.join(source, '.git', name)));
      const rest = (files: Record<string, string>): string[] =>
        Object.entries(files)
          .filter(([name]) => !isNamed(name))
          .map(String);
      equal(rest(before.git), rest(after.git), 'files of the repository');
    },
  );
  await fc.assert(property, { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 25), endOnFailure: true });
  t.ok(succeeded > 0 && failed > 0, `${succeeded} succeeded, ${failed} failed`);
});
