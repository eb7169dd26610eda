import t from 'tap';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { once } from 'node:events';
import { MakimaError } from '../../src/errors.ts';
import { git, gitText, gitYes, splitNul, whileLocked } from '../../src/git/command/git-command.ts';
import { classifyGitError, gitErrorKind, redactUrls } from '../../src/git/command/git-error.ts';
import { sharedStep, withRepositoryLock } from '../../src/git/command/repository-lock.ts';
import { isolate, open, userRepository, sh } from './git-fixture.ts';

void t.test('bytes in, bytes out', async (t) => {
  const home = isolate(t);
  const gitDir = path.join(userRepository(path.join(home, 'source')), '.git');
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
  const id = await gitText(['hash-object', '-w', '--stdin'], { gitDir, input: bytes });
  t.ok((await git(['cat-file', 'blob', id], { gitDir })).stdout.equals(bytes));
  t.equal(await gitText(['hash-object', '--stdin'], { gitDir }), 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391', 'no input is an empty one');
  t.same(splitNul(Buffer.from('a\0\0b\0')).map(String), ['a', '', 'b']);
});

void t.test('the daemon’s own GIT_ variables do not reach git, its editor and prompts neither', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const other = userRepository(path.join(home, 'other'));
  const set: Record<string, string> = {
    GIT_DIR: path.join(other, '.git'),
    GIT_INDEX_FILE: '/nowhere',
    GIT_WORK_TREE: other,
    EDITOR: 'false',
    PAGER: 'false',
    GIT_EXTERNAL_DIFF: 'false',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'user.name',
    GIT_CONFIG_VALUE_0: 'By Variable',
  };
  Object.assign(process.env, set);
  t.teardown(() => {
    for (const name of Object.keys(set)) Reflect.deleteProperty(process.env, name);
  });
  t.equal(await gitText(['rev-parse', '--absolute-git-dir'], { gitDir: path.join(source, '.git') }), path.join(source, '.git'));
  t.equal(
    await gitText(['config', 'user.name'], { gitDir: path.join(source, '.git') }),
    'By Variable',
    'configuration by variables is the user’s and stays',
  );
  t.equal(await gitText(['config', 'user.name'], { gitDir: path.join(source, '.git'), config: [['user.name', 'Ours']] }), 'Ours');
});

void t.test('answers, failures and their codes', async (t) => {
  const home = isolate(t);
  const gitDir = path.join(userRepository(path.join(home, 'source')), '.git');
  t.equal(await gitYes(['symbolic-ref', '--quiet', 'HEAD'], { gitDir }), true);
  t.equal(
    await gitYes(['merge-base', '--is-ancestor', await gitText(['commit-tree', '-m', 'x', 'HEAD^{tree}'], { gitDir }), 'HEAD'], { gitDir }),
    false,
    'exit status 1 without a word is an answer',
  );
  await t.rejects(git(['rev-parse', '--verify', 'nope'], { gitDir }), { code: 'GIT_FAILED' });
  await t.rejects(
    git(['config', '--file', '/nowhere/config', '--get', 'a.b'], { gitDir }),
    { code: 'GIT_FAILED' },
    'a failure without a word',
  );
  writeFileSync(path.join(gitDir, 'index.lock'), '');
  const locked = await git(['read-tree', 'HEAD'], { gitDir }).catch((error: unknown) => error);
  t.ok(locked instanceof MakimaError && locked.code === 'REPOSITORY_BUSY');
  t.match(String(locked), /index\.lock/);
  t.equal(gitErrorKind(locked), 'locked');
  let tries = 0;
  await whileLocked(() => {
    tries += 1;
    return tries < 3 ? Promise.reject(locked instanceof Error ? locked : new Error()) : Promise.resolve();
  });
  t.equal(tries, 3);
  await t.rejects(git(['rev-parse', 'HEAD'], { gitDir: '/nowhere', cwd: '/' }), { code: 'INVALID_REPOSITORY' });
});

void t.test('git that is not there, and a directory that is not', async (t) => {
  const home = isolate(t);
  const gitDir = path.join(userRepository(path.join(home, 'source')), '.git');
  const failure = await git(['rev-parse', 'HEAD'], { gitDir, env: { PATH: home } }).catch((error: unknown) => error);
  t.match(failure, { code: 'GIT_FAILED', message: 'git was not found on the PATH (git rev-parse failed: spawn git ENOENT)' });
  t.equal(gitErrorKind(failure), 'git-missing');
  await t.rejects(git(['rev-parse', 'HEAD'], { gitDir, cwd: '/no/where' }), {
    code: 'GIT_FAILED',
    message: /there is no directory \/no\/where/,
  });
});

void t.test('a git that is ended takes its locks with it', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const gitDir = path.join(source, '.git');
  const [asked, lock] = [path.join(home, 'asked'), path.join(gitDir, 'index.lock')];
  const filter = `sh -c 'test -e "${lock}" && echo yes >"${asked}"; exec sleep 1000'`;
  writeFileSync(path.join(source, '.gitattributes'), '*.slow filter=slow\n');
  writeFileSync(path.join(source, 'a.slow'), 'x');
  const controller = new AbortController();
  const adding = git(['add', '-A'], { gitDir, workTree: source, config: [['filter.slow.clean', filter]], signal: controller.signal });
  while (!existsSync(asked)) await delay(5);
  controller.abort(new Error('enough'));
  await t.rejects(adding, /enough/);
  t.notOk(existsSync(lock));
});

void t.test('a signal ends git, and so does the time', async (t) => {
  const home = isolate(t);
  const gitDir = path.join(userRepository(path.join(home, 'source')), '.git');
  const server = createServer(() => {
    // never answers
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/x.git`;
  const controller = new AbortController();
  const asking = git(['ls-remote', url], { gitDir, signal: controller.signal });
  await once(server, 'request');
  controller.abort(new Error('enough'));
  // The helper that talks to the remote outlives a git that is ended, and holds its output open.
  await Promise.all([
    t.rejects(asking, /enough/),
    t.rejects(git(['ls-remote', url], { gitDir, timeoutMs: 50 }), { code: 'GIT_FAILED', message: /did not finish within 0\.05 s/ }),
  ]);
  await t.rejects(git(['rev-parse', 'HEAD'], { gitDir, signal: AbortSignal.abort(new Error('before')) }), /before/);
});

void t.test('a remote that wants a password is refused at once, without a prompt', async (t) => {
  const home = isolate(t);
  const server = createServer((_request, response) => response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const failure = await open(home, `http://user:hunter2@127.0.0.1:${port}/x.git`).catch((error: unknown) => error);
  t.match(failure, { code: 'GIT_AUTHENTICATION' });
  t.notMatch(String(failure), /hunter2/);
  t.notMatch(String(failure instanceof Error ? failure.cause : ''), /hunter2/);
});

void t.test('what git’s stderr means', (t) => {
  const cases: [string, string][] = [
    ["fatal: Unable to create '/x/.git/index.lock': File exists.", 'locked'],
    ['error: could not lock config file /x/config: File exists', 'locked'],
    ["fatal: cannot lock ref 'refs/heads/a/b': 'refs/heads/a' exists; cannot create 'refs/heads/a/b'", 'ref-conflict'],
    ["fatal: Authentication failed for 'https://x/y/'", 'authentication'],
    ["fatal: could not read Username for 'https://github.com': terminal prompts disabled", 'authentication'],
    ['git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'authentication'],
    ['Host key verification failed.\nfatal: Could not read from remote repository.', 'authentication'],
    ["fatal: unable to access 'https://nope.invalid/': Could not resolve host: nope.invalid", 'unreachable'],
    ['ssh: connect to host x port 22: Connection refused\nfatal: Could not read from remote repository.', 'unreachable'],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 403", 'authentication'],
    ["remote: Repository not found.\nfatal: repository 'https://github.com/x/y/' not found", 'not-found'],
    ['fatal: write error: No space left on device\nfatal: the remote end hung up unexpectedly', 'disk-full'],
    ["error: external filter 'git-lfs filter-process' failed\nfatal: big.bin: smudge filter lfs failed", 'filter'],
    ['git-lfs filter-process: 1: git-lfs: not found\nfatal: the remote end hung up unexpectedly', 'filter'],
    ["fatal: detected dubious ownership in repository at '/x'", 'ownership'],
    ['fatal: not a git repository (or any of the parent directories): .git', 'not-a-repository'],
    ['fatal: Needed a single revision', 'bad-ref'],
    ['error: bad signature 0x6e6f2069\nfatal: index file corrupt', 'index-corrupt'],
    ['something else', 'other'],
  ];
  for (const [stderr, kind] of cases) t.equal(classifyGitError(stderr), kind, stderr);
  t.equal(
    redactUrls("fatal: 'https://token@host/x' and ssh://git@host/y and ssh://u:p@host/z"),
    "fatal: 'https://***@host/x' and ssh://git@host/y and ssh://u:***@host/z",
  );
  t.end();
});

void t.test('one lock per repository, first come first served', async (t) => {
  const order: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const first = withRepositoryLock('a', async () => {
    await gate.promise;
    order.push('first');
  });
  const rest = ['second', 'third'].map((name) => withRepositoryLock('a', () => Promise.resolve(order.push(name))));
  const failed = withRepositoryLock('a', () => Promise.reject(new Error('no')));
  const last = withRepositoryLock('a', () => Promise.resolve(order.push('last')));
  await withRepositoryLock('b', () => Promise.resolve(order.push('other repository')));
  gate.resolve(undefined);
  await t.rejects(failed, /no/);
  await Promise.all([first, ...rest, last]);
  t.same(order, ['other repository', 'first', 'second', 'third', 'last']);
});

void t.test('a shared step runs once more for all who came while it ran, and ends when all have left', async (t) => {
  const share = sharedStep<number>();
  let runs = 0;
  const gates = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const signals: AbortSignal[] = [];
  const step = async (signal: AbortSignal): Promise<number> => {
    const run = runs;
    runs += 1;
    signals.push(signal);
    await Promise.race([gates[run]?.promise, once(signal, 'abort')]);
    return run;
  };
  const first = share('x', step);
  await Promise.resolve();
  const others = Promise.all([share('x', step), share('x', step), share('x', step)]);
  gates[0]?.resolve(undefined);
  t.equal(await first, 0);
  gates[1]?.resolve(undefined);
  t.same(await others, [1, 1, 1]);
  const [one, two] = [new AbortController(), new AbortController()];
  const leaving = [share('x', step, one.signal), share('x', step, two.signal)].map((waiting) => t.rejects(waiting, /left/));
  one.abort(new Error('left'));
  two.abort(new Error('left'));
  await Promise.all(leaving);
  t.ok(signals.slice(2).every((signal) => signal.aborted));
  gates[2]?.resolve(undefined);
});

void t.test('who asks when all who waited for the next run have left gets one of its own', async (t) => {
  const share = sharedStep<string>();
  const gate = Promise.withResolvers<undefined>();
  const first = share('x', async () => {
    await gate.promise;
    return 'first';
  });
  await Promise.resolve();
  const leaving = new AbortController();
  const left = t.rejects(
    share('x', () => Promise.resolve('left'), leaving.signal),
    /gone/,
  );
  leaving.abort(new Error('gone'));
  const later = share('x', () => Promise.resolve('later'));
  gate.resolve(undefined);
  t.same(await Promise.all([first, later]), ['first', 'later']);
  await left;
});

void t.test('git where it is not told: a hook and an alias of the daemon’s directory do not count', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'));
  const trace = path.join(home, 'trace');
  mkdirSync(path.join(source, '.git/hooks'), { recursive: true });
  writeFileSync(path.join(source, '.git/hooks/reference-transaction'), `#!/bin/sh\necho x >> ${trace}\n`);
  chmodSync(path.join(source, '.git/hooks/reference-transaction'), 0o755);
  await git(['update-ref', 'refs/heads/new', 'HEAD'], { gitDir: path.join(source, '.git') });
  t.notOk(existsSync(trace));
  sh(source, 'update-ref', 'refs/heads/newer', 'HEAD');
  t.match(readFileSync(trace, 'utf8'), /x/, 'it would have');
});
