import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t, { type Test as Tap } from 'tap';
import type { Task } from '../../schemas/task.ts';
import type { FileChange, WorktreeInfo } from '../../schemas/worktree.ts';
import {
  fingerprint,
  git,
  isAlive,
  lineOf,
  scratch,
  startDaemon,
  userRepository,
  write,
  type Refusal,
  type TestDaemon,
} from '../support/daemon.ts';

const pathOf = (task: Task): string => task.overlayPath ?? '';
const read = (task: Task, file: string): string => readFileSync(join(pathOf(task), file), 'utf8');
const listed = (path: string): string[] => (existsSync(path) ? readdirSync(path).sort() : []);

void t.test('where an agent works', async (t) => {
  const userHome = scratch(t);
  write(userHome, { '.gitconfig': '[user]\n\tname = A\n\temail = a@example.com\n' });
  // What `~` stands for, and where git finds who the agent is.
  process.env['HOME'] = userHome;
  const daemon: TestDaemon = await startDaemon(t, 'runs-plan');
  const repositories = (): string[] => listed(join(daemon.home, 'repositories'));
  const caches = (): string[] => listed(join(daemon.home, 'caches'));
  const done = async (t: Tap, plan: string, more: Record<string, unknown> = {}): Promise<Task> => {
    const { id } = await daemon.start({ plan: `RUN: ${plan}`, ...more });
    const task = await daemon.ended(id);
    t.equal(task.status, 'done', task.errorMessage ?? 'done');
    return task;
  };
  const warnings = async (id: string): Promise<string[]> =>
    (await daemon.events(id)).flatMap((event) => (event.type === 'output' && event.level === 'warning' ? [event.content] : []));

  void t.test('a path: the work is a diff that applies, and the user’s repository stays as it is', async (t) => {
    const repository = userRepository(t, {
      'README.md': 'hello\n',
      'gone.txt': 'old\n',
      'mode.sh': 'x\n',
      'dir/a.txt': 'a\n',
      '.gitignore': 'ignored\n',
    });
    write(repository, { 'README.md': 'not committed\n', 'new.txt': 'untracked\n' });
    const before = fingerprint(repository);
    const task = await done(
      t,
      'echo more >> README.md; git commit -qam one; rm gone.txt; chmod +x mode.sh; printf "\\0\\377" > "b in.bin"; ln -s README.md link; echo x > ignored; git add -A; echo later > dir/b.txt',
      { repositoryUrl: repository },
    );
    t.same(fingerprint(repository), before);
    t.match((await daemon.call<WorktreeInfo>('GET', `/tasks/${task.id}/worktree`)).body, {
      path: pathOf(task),
      branch: task.branch,
      baseCommit: git(repository, 'rev-parse', 'main'),
      exists: true,
    });
    t.equal(await daemon.text(`/tasks/${task.id}/worktree`), `${pathOf(task)}\n`);
    t.equal(read(task, 'README.md'), 'hello\nmore\n', 'it begins at the commit, not at what is uncommitted in the checkout');
    const { body } = await daemon.call<FileChange[]>('GET', `/tasks/${task.id}/diff`);
    t.same(body.map(({ path, status }) => `${status} ${path}`).sort(), [
      'added b in.bin',
      'added dir/b.txt',
      'added link',
      'deleted gone.txt',
      'modified README.md',
      'modified mode.sh',
    ]);
    t.match(
      body.find(({ path }) => path === 'README.md'),
      { additions: 1, deletions: 0 },
    );
    const clone = scratch(t);
    git(clone, 'clone', '-q', repository, 'fresh');
    writeFileSync(join(clone, 'patch'), await daemon.text(`/tasks/${task.id}/diff`));
    git(join(clone, 'fresh'), 'apply', '../patch');
    t.same(
      fingerprint(join(clone, 'fresh'), { without: ['.git'] }),
      fingerprint(pathOf(task), { without: ['.git', '.makima', 'ignored'] }),
    );
  });

  void t.test('a path below ~, and a branch of it', async (t) => {
    const repository = join(userHome, 'ein projekt');
    write(repository, { 'a.txt': 'main\n' });
    git(repository, 'init', '-q', '-b', 'main');
    git(repository, 'add', '.');
    git(repository, 'commit', '-qm', 'one');
    git(repository, 'checkout', '-qb', 'feature/ü');
    write(repository, { 'a.txt': 'feature\n' });
    git(repository, 'commit', '-qam', 'two');
    git(repository, 'checkout', '-q', 'main');
    t.equal(read(await done(t, ':', { repositoryUrl: '~/ein projekt' }), 'a.txt'), 'main\n');
    t.equal(read(await done(t, ':', { repositoryUrl: '~/ein projekt', baseBranch: 'feature/ü' }), 'a.txt'), 'feature\n');
  });

  void t.test('a clone URL is cloned once and fetched again', async (t) => {
    const repository = userRepository(t);
    const first = await done(t, ':', { repositoryUrl: `file://${repository}` });
    const cached = caches().filter((name) => name.startsWith(basename(repository).toLowerCase()));
    t.equal(cached.length, 1, caches().join());
    const { ino } = statSync(join(daemon.home, 'caches', cached[0] ?? ''));
    write(repository, { 'README.md': 'changed since\n' });
    git(repository, 'commit', '-qam', 'two');
    const second = await done(t, ':', { repositoryUrl: `file://${repository}` });
    t.same([read(first, 'README.md'), read(second, 'README.md')], ['hello\n', 'changed since\n']);
    t.equal(statSync(join(daemon.home, 'caches', cached[0] ?? '')).ino, ino);
  });

  void t.test('new:// is a repository of its own, new://name one of all that name it', async (t) => {
    const alone = await done(t, 'git log --format=%H | wc -l', { repositoryUrl: 'new://' });
    t.same(listed(pathOf(alone)), ['.git', '.makima']);
    const [one, other] = await Promise.all([
      done(t, 'echo 1 > one; git add .; git commit -qm one', { repositoryUrl: 'new://shared' }),
      done(t, ':', { repositoryUrl: 'new://shared' }),
    ]);
    t.same(listed(pathOf(other)), ['.git', '.makima']);
    const onTop = await done(t, ':', { repositoryUrl: 'new://shared', baseBranch: one.branch });
    t.equal(read(onTop, 'one'), '1\n');
    const elsewhere = await daemon.ended((await daemon.start({ plan: ':', repositoryUrl: 'new://other', baseBranch: one.branch })).id);
    t.match(elsewhere, { status: 'failed', errorMessage: /no branch/ }, 'of those that name it, and no others');
    const tree = await done(t, ':', { isOrchestrator: true, repositoryUrl: 'new://shared', baseBranch: one.branch });
    t.equal(read(await done(t, ':', { parentTaskId: tree.id }), 'one'), '1\n', 'a subtask begins where its parent did');
  });

  void t.test('no repository: a directory to work in', async (t) => {
    const task = await done(t, 'echo 1 > one');
    t.same(listed(pathOf(task)), ['.git', '.makima', 'one']);
    t.match(await daemon.text(`/tasks/${task.id}/diff`), /^\+1$/m);
  });

  void t.test('a further run goes on in the worktree: events, ids and usage go on, too', async (t) => {
    const task = await done(t, 'echo run >> log.txt');
    const first = await daemon.events(task.id);
    t.equal((await daemon.call('POST', `/tasks/${task.id}/start`)).status, 202);
    const again = await daemon.ended(task.id);
    t.match(again, { status: 'done', overlayPath: pathOf(task), usage: { turns: 2, inputTokens: 20 } });
    t.ok(Math.abs((again.usage?.costUsd ?? 0) - 0.02) < 1e-9);
    t.equal(read(again, 'log.txt'), 'run\nrun\n');
    const all = await daemon.events(task.id);
    t.same(all.slice(0, first.length), first, 'the events of the first run are still there');
    t.ok(all.every(({ id }, index) => index === 0 || id > (all[index - 1]?.id ?? 0)));
    t.equal(all.filter(({ type }) => type === 'end').length, 2);
    t.equal(all.at(-1)?.type, 'end');
    t.ok((await daemon.lines(task.id, 'system')).some((line) => line.startsWith('Going on in the worktree')));
  });

  void t.test('continueFromTaskId brings everything along and leaves the other as it is', async (t) => {
    const repository = userRepository(t, { 'README.md': 'hello\n', 'gone.txt': 'old\n', '.gitignore': 'ignored\n' });
    const plan =
      'echo c > committed; git add committed; git commit -qm c; echo u >> README.md; rm gone.txt; echo n > new; echo i > ignored; chmod 755 new; ln -s new link; mkdir -p empty/dir; echo s > staged; git add staged';
    const first = await done(t, plan, { name: 'First', repositoryUrl: repository });
    const before = fingerprint(pathOf(first), { times: true });
    const second = await done(t, 'git status --short --ignored > ../status-$$; cat ../status-$$; rm ../status-$$', {
      repositoryUrl: repository,
      continueFromTaskId: first.id,
    });
    t.same(fingerprint(pathOf(second), { without: ['.git', '.makima'] }), fingerprint(pathOf(first), { without: ['.git', '.makima'] }));
    t.same(fingerprint(pathOf(first), { times: true }), before);
    t.not(pathOf(second), pathOf(first));
    t.match((await daemon.lines(second.id, 'system')).join('\n'), `Continued from "First" (${first.id})`);
    const status = (await daemon.lines(second.id, 'stdout')).join('\n');
    for (const line of [' M README.md', ' D gone.txt', 'A  staged', '?? new', '!! ignored']) t.ok(status.includes(line), line);
  });

  void t.test('copyFiles come from the parent’s worktree; one that is not there is warned of', async (t) => {
    const parent = await done(t, 'echo shared > shared.txt; mkdir d; echo x > d/x', { isOrchestrator: true, repositoryUrl: 'new://' });
    const child = await done(t, ':', { parentTaskId: parent.id, copyFiles: ['shared.txt', 'd', 'not there.txt'] });
    t.equal(read(child, 'shared.txt'), 'shared\n');
    t.equal(read(child, 'd/x'), 'x\n');
    t.match(await warnings(child.id), [/not there\.txt/]);
  });

  void t.test('.worktreeinclude names what git does not bring', async (t) => {
    const repository = userRepository(t, { '.gitignore': '.env\nsecret/\n', '.worktreeinclude': '.env\n*.key\n' });
    write(repository, { '.env': 'A=1\n', 'secret/a.key': 'k\n', 'secret/other': 'o\n' });
    const task = await done(t, ':', { repositoryUrl: repository });
    t.equal(read(task, '.env'), 'A=1\n');
    t.equal(read(task, 'secret/a.key'), 'k\n');
    t.notOk(existsSync(join(pathOf(task), 'secret/other')));
  });

  void t.test('links that lead out: brought where their path was asked for, else left out, and said', async (t) => {
    const disk = scratch(t);
    write(disk, { 'modules/x.js': 'x\n', 'data.txt': 'd\n' });
    const repository = userRepository(t, { '.gitignore': 'node_modules\n', '.worktreeinclude': 'node_modules\n' });
    symlinkSync(join(disk, 'modules'), join(repository, 'node_modules'));
    const before = fingerprint(disk, { times: true });
    const first = await done(t, `echo changed > node_modules/x.js; echo y > node_modules/y.js; ln -s ${disk}/data.txt out`, {
      repositoryUrl: repository,
    });
    t.equal(read(first, 'node_modules/x.js'), 'changed\n');
    t.match((await daemon.lines(first.id, 'system')).join('\n'), `copied in their place: node_modules → ${disk}/modules`);
    const second = await done(t, 'echo own > out', { repositoryUrl: repository, continueFromTaskId: first.id });
    t.same(
      second.warnings.map(({ code }) => code),
      ['LINKS_LEFT_OUT'],
    );
    t.match(second.warnings[0]?.message, `out → ${disk}/data.txt`);
    t.equal(read(second, 'node_modules/y.js'), 'y\n');
    t.same(fingerprint(disk, { times: true }), before);
  });

  void t.test('makima.json: setup before the agent, teardown before the worktree goes', async (t) => {
    const proof = join(scratch(t), 'torn-down');
    const repository = userRepository(t, {
      'makima.json': JSON.stringify({ setup: 'echo setting up; echo ready > ready', teardown: `cat ready > ${proof}` }),
    });
    const task = await done(t, 'cat ready', { repositoryUrl: repository });
    t.ok((await daemon.lines(task.id, 'system')).includes('setup: setting up'));
    t.notOk(existsSync(proof));
    t.equal((await daemon.call('DELETE', `/tasks/${task.id}`)).status, 204);
    t.equal(readFileSync(proof, 'utf8'), 'ready\n');
    t.notOk(existsSync(pathOf(task)));
  });

  const leavesNothing = (t: Tap, { id }: Task): void => {
    t.notOk(
      listed(join(daemon.home, 'worktrees')).some((name) => name.endsWith(id.slice(0, 8))),
      'no worktree',
    );
    t.notOk(repositories().includes(`${id}.git`), 'no repository');
  };

  void t.test('makima.json: a setup that fails fails the task and leaves nothing', async (t) => {
    const { id } = await daemon.start({ repositoryUrl: userRepository(t, { 'makima.json': '{"setup": "echo half done; exit 7"}' }) });
    const task = await daemon.ended(id);
    t.match(task, { status: 'failed', overlayPath: null, errorMessage: /setup command "echo half done; exit 7" failed with status 7/ });
    t.ok((await daemon.lines(id, 'system')).includes('setup: half done'));
    leavesNothing(t, task);
    t.match(await daemon.call<Refusal>('GET', `/tasks/${id}/diff`), { status: 404, body: { code: 'WORKTREE_NOT_FOUND' } });
  });

  void t.test('makima.json: a stop ends the setup and all that it started', async (t) => {
    const setup = 'setsid sh -c "echo \\$\\$; exec sleep 1000000" & echo $$; wait';
    const { id } = await daemon.start({ repositoryUrl: userRepository(t, { 'makima.json': JSON.stringify({ setup }) }) });
    const pids: number[] = [];
    await daemon.until(id, (event) => {
      const pid = /^setup: (\d+)$/.exec(lineOf(event, 'system') ?? '')?.[1];
      if (pid !== undefined) pids.push(Number(pid));
      return pids.length === 2;
    });
    t.ok(pids.every(isAlive));
    const task = await daemon.stopped(id);
    t.equal(task.status, 'interrupted');
    t.strictSame(pids.filter(isAlive), []);
    leavesNothing(t, task);
    t.equal((await daemon.call('DELETE', `/tasks/${id}`)).status, 204);
  });

  void t.test('a plan of more than 50,000 tokens is warned of', async (t) => {
    const bulky = async (size: number): Promise<Task> => daemon.ended((await daemon.start({ plan: `${'x'.repeat(size)}\nRUN: :` })).id);
    const large = await bulky(200_100);
    t.match(await warnings(large.id), [/plan is about 500\d\d tokens/]);
    const small = await bulky(100_000);
    t.same(await warnings(small.id), []);
  });
});

void t.test('20 tasks at once on one repository', async (t) => {
  const daemon = await startDaemon(t, 'quick', { MAKIMA_MAX_CONCURRENT_TASKS: '20' });
  const repository = userRepository(t);
  const tasks = await Promise.all(Array.from({ length: 20 }, () => daemon.start({ name: 'one of many', repositoryUrl: repository })));
  const ended = await Promise.all(tasks.map(({ id }) => daemon.ended(id)));
  t.same(
    ended.map(({ status, errorMessage }) => errorMessage ?? status),
    Array.from({ length: 20 }, () => 'done'),
  );
  t.equal(new Set(ended.map(pathOf)).size, 20);
  t.ok(ended.every((task) => read(task, 'README.md') === 'hello\n' && git(pathOf(task), 'branch', '--show-current') === task.branch));
});
