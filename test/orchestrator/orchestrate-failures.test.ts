import t from 'tap';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { orchestrateScript } from '../../src/orchestrator/script.ts';
import { recordingServer, text, type Answer } from './recording-server.ts';
import { key, otherId, runScript, startScript, taskId } from './run-script.ts';

const line = `${otherId}\trunning\tA name\n`;
const refusal =
  (status: number, message: string, withHeader = true): Answer =>
  (_, response) => {
    const body = JSON.stringify({ statusCode: status, code: 'SOME_CODE', error: 'Some', message });
    response
      .writeHead(status, { 'content-type': 'application/json', ...(withHeader ? { 'x-makima-error': encodeURIComponent(message) } : {}) })
      .end(body);
  };
type Tap = { teardown(fn: () => unknown): void };
const serve = async (t: Tap, answer: Answer) => {
  const server = await recordingServer(answer);
  t.teardown(server.close);
  return server;
};

void t.test('a refusal: the message on stderr, the body on stdout, status 1', async (t) => {
  const message = 'Work of "a\\b" is missing: 100%, é ✓ \\x41 $(id)\nBring it in.';
  const server = await serve(t, refusal(409, message));
  for (const args of [
    ['list'],
    ['create', 'n', 'p'],
    ['start', otherId],
    ['worktree', otherId],
    ['wait', otherId],
    ['message', otherId, 'm'],
    ['done'],
  ]) {
    const { status, stdout, stderr } = await runScript(server.url, args);
    t.equal(status, 1, args.join(' '));
    t.equal(stderr, `orchestrate.sh: ${message}\n`);
    t.same(JSON.parse(stdout), { statusCode: 409, code: 'SOME_CODE', error: 'Some', message });
  }
  t.equal(server.requests.length, 7, 'nothing is said twice');
});

void t.test('without the header the message is taken from the body, and without both it is the status', async (t) => {
  const plain = await serve(t, refusal(404, 'There is no task with this id', false));
  t.match(await runScript(plain.url, ['status', otherId]), { status: 1, stderr: 'orchestrate.sh: There is no task with this id\n' });
  const html = await serve(t, text('<html>', 500));
  t.match(await runScript(html.url, ['status', otherId]), { status: 1, stdout: '<html>\n', stderr: /HTTP 500/ });
  const redirect = await serve(t, (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
  t.match(await runScript(redirect.url, ['status', otherId]), { status: 1, stderr: /HTTP 302/ });
});

void t.test('a daemon that restarts is waited for, and a create says the same again', async (t) => {
  const first = await recordingServer(text(''));
  await first.close();
  const { child, ended } = startScript(first.url, ['create', 'n', 'p']);
  await new Promise((resolve) => child.stderr.once('data', resolve));
  let answers = 0;
  const server = await recordingServer((request, response) => {
    answers += 1;
    // Starting; then it takes the request and dies over it; then it answers.
    if (answers === 1) refusal(503, 'The daemon is starting')(request, response);
    else if (answers === 2) response.destroy();
    else text(line, 201)(request, response);
  }, first.port);
  t.teardown(server.close);
  const { status, stdout } = await ended;
  t.same({ status, stdout }, { status: 0, stdout: line });
  const keys = server.requests.map(({ headers }) => headers['idempotency-key']);
  t.equal(keys.length, 3);
  t.equal(new Set(keys).size, 1);
});

void t.test('the waiting is bounded and told once', async (t) => {
  const gone = await recordingServer(text(''));
  await gone.close();
  const { status, stdout, stderr } = await runScript(gone.url, ['list'], { env: { MAKIMA_RETRY_SECONDS: '1' } });
  t.same({ status, stdout }, { status: 1, stdout: '' });
  t.match(stderr, /trying again for up to 1 s[^]*did not answer for 1 s/);
  t.equal(stderr.match(/trying again/g)?.length, 1);
  const busy = await serve(t, refusal(503, 'The daemon is shutting down'));
  t.match(await runScript(busy.url, ['list'], { env: { MAKIMA_RETRY_SECONDS: '0' } }), {
    status: 1,
    stderr: /shutting down/,
    stdout: /SOME_CODE/,
  });
});

void t.test('a message whose answer is lost is not sent again', async (t) => {
  const server = await serve(t, (_, response) => void response.destroy());
  const { status, stderr } = await runScript(server.url, ['message', otherId, 'once']);
  t.equal(status, 1);
  t.match(stderr, 'before the answer came');
  t.equal(server.requests.length, 1);
});

void t.test('half a diff is no diff', async (t) => {
  const server = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('diff --git');
    setImmediate(() => response.destroy());
  });
  const { status, stdout } = await runScript(server.url, ['diff', otherId], { env: { MAKIMA_RETRY_SECONDS: '0' } });
  t.same({ status, stdout }, { status: 1, stdout: '' });
});

/** The arguments of every process of this machine. */
const everyCommandLine = (): string =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch (error) {
        // It ended between the listing and the reading.
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return '';
        throw error;
      }
    })
    .join('\n');

void t.test(
  'while a request is open, no process list and no file has the key',
  { skip: process.platform !== 'linux' && 'looks into /proc' },
  async (t) => {
    const dir = t.testdir();
    const asked = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    const server = await serve(t, (request, response) => {
      asked.resolve(undefined);
      void release.promise.then(() => text(line)(request, response));
    });
    const { ended } = startScript(server.url, ['message', otherId, 'secret text'], { env: { TMPDIR: dir } });
    await asked.promise;
    const lines = everyCommandLine();
    t.match(lines, `/tasks/${otherId}/messages`, 'curl is there to be seen');
    t.notMatch(lines, key);
    t.equal(spawnSync('grep', ['-rqF', key, dir]).status, 1, 'no file has it');
    release.resolve(undefined);
    t.equal((await ended).status, 0);
    t.equal(server.requests[0]?.headers['x-makima-tool-key'], key);
  },
);

void t.test(
  'a signal ends it at once, with its requests and files',
  { skip: process.platform !== 'linux' && 'looks into /proc' },
  async (t) => {
    for (const [signal, args, requests] of [
      ['SIGTERM', ['output', otherId], 1],
      ['SIGTERM', ['wait', otherId, taskId], 2],
    ] as const) {
      const dir = t.testdir();
      const closed: Promise<unknown>[] = [];
      const open = Promise.withResolvers<undefined>();
      const server = await serve(t, ({ url }, response) => {
        if (args[0] === 'wait' && !url.includes('/wait?')) return response.end(line);
        closed.push(new Promise((resolve) => response.once('close', resolve)));
        if (closed.length === requests) open.resolve(undefined);
      });
      const { child, ended } = startScript(server.url, args, { env: { TMPDIR: dir } });
      await open.promise;
      child.kill(signal);
      const { status } = await ended;
      t.equal(status, 143);
      await Promise.all(closed);
      t.same(readdirSync(dir), []);
      t.notMatch(everyCommandLine(), server.url);
    }
  },
);

void t.test('nothing is used that bash 3.2 does not have, and no jq', (t) => {
  const code = readFileSync(orchestrateScript, 'utf8').replace(/^\s*#.*$/gm, '');
  const newer: [string, RegExp][] = [
    ['case conversion', /\$\{\w+(\[[^\]]*\])?(\^|,)/],
    ['parameter transformation', /\$\{\w+@/],
    ['associative arrays and namerefs', /(declare|local|typeset) -[a-zA-Z]*[Ang]/],
    ['mapfile', /\b(mapfile|readarray|coproc)\b/],
    ['wait -n', /wait -[np]/],
    ['|&', /\|&/],
    ['&>>', /&>>/],
    ['negative substring', /\$\{\w+: -\d+: *-/],
    ['EPOCHSECONDS and others', /\b(EPOCH(SECONDS|REALTIME)|SRANDOM|BASHPID)\b/],
    ['printf %(', /%\([^)]*\)T/],
    ['printf -v of an array', /printf -v/],
    ['read -N or -i', /read -[a-z]*[Ni]/],
    ["$'\\u'", /\$'[^']*\\[uU]/],
    [';& and ;;&', /;&|;;&/],
    ['last index', /\[-\d+\]/],
    ['jq and the like', /\b(jq|python3?|perl|node)\b/],
  ];
  for (const [name, pattern] of newer) t.notMatch(code, pattern, name);
  const arrays = [...code.matchAll(/"\$\{(\w+)\[@\]\}"/g)];
  for (const [whole] of arrays)
    t.ok(
      code.includes(`+${whole}`) || /-gt 0 \]; then\n\s+for \w+ in $/.test(code.slice(0, code.indexOf(whole))),
      `${whole} of an empty array is an error under set -u`,
    );
  t.ok(arrays.length > 0);
  t.end();
});
