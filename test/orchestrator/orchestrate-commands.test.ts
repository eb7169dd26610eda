import t from 'tap';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { orchestrateScript } from '../../src/orchestrator/script.ts';
import { recordingServer, text, type Answer } from './recording-server.ts';
import { key, otherId, runScript, startScript, taskId } from './run-script.ts';

const base = '/api/v1/mesh';
const line = `${otherId}\tpending\tA name\n`;

const serve = async (t: Tap, answer: Answer = text(line)) => {
  const server = await recordingServer(answer);
  t.teardown(server.close);
  return server;
};
type Tap = { teardown(fn: () => unknown): void };

void t.test('each command asks for what the contract says and prints the answer', async (t) => {
  const cases: [args: string[], request: string, fields: [string, string][]][] = [
    [['list'], `GET ${base}/tasks/${taskId}/subtasks`, []],
    [['agents'], `GET ${base}/agents`, []],
    [
      ['create', 'n', 'p'],
      `POST ${base}/tasks`,
      [
        ['parentTaskId', taskId],
        ['name', 'n'],
        ['plan', 'p'],
      ],
    ],
    [
      [
        'create',
        'n',
        'p',
        '--files',
        'a b,  c/d,',
        '--start',
        '--model',
        'haiku',
        '--continue-from',
        otherId,
        '--effort',
        'low',
        '--agent',
        'other',
      ],
      `POST ${base}/tasks`,
      [
        ['parentTaskId', taskId],
        ['name', 'n'],
        ['plan', 'p'],
        ['copyFiles', 'a b'],
        ['copyFiles', 'c/d'],
        ['start', 'true'],
        ['model', 'haiku'],
        ['continueFromTaskId', otherId],
        ['effort', 'low'],
        ['agent', 'other'],
      ],
    ],
    [
      ['create', 'n', 'p', '--depends-on', `${otherId}, ${taskId},`, '--depends-on', taskId],
      `POST ${base}/tasks`,
      [
        ['parentTaskId', taskId],
        ['name', 'n'],
        ['plan', 'p'],
        ['dependsOn', otherId],
        ['dependsOn', taskId],
        ['dependsOn', taskId],
      ],
    ],
    [['start', otherId], `POST ${base}/tasks/${otherId}/start`, []],
    [['stop', otherId], `POST ${base}/tasks/${otherId}/stop`, []],
    [['status', otherId], `GET ${base}/tasks/${otherId}`, []],
    [['output', otherId], `GET ${base}/tasks/${otherId}/output`, []],
    [['worktree', otherId], `GET ${base}/tasks/${otherId}/worktree`, []],
    [['message', otherId, 'hi there'], `POST ${base}/tasks/${otherId}/messages`, [['message', 'hi there']]],
    [
      ['message', otherId, '--resume', '--resume'],
      `POST ${base}/tasks/${otherId}/messages`,
      [
        ['message', '--resume'],
        ['resume', 'true'],
      ],
    ],
    [['approvals'], `GET ${base}/approvals?status=pending&limit=1000`, []],
    [['diff', otherId], `GET ${base}/tasks/${otherId}/diff`, []],
    [['branches'], `GET ${base}/tasks/${taskId}/branches`, []],
    [['preview'], `GET ${base}/tasks/${taskId}/merge/preview`, []],
    [['preview', otherId], `GET ${base}/tasks/${taskId}/merge/preview?subtaskId=${otherId}`, []],
    [['merge', otherId], `POST ${base}/tasks/${taskId}/merge`, [['subtaskId', otherId]]],
    [
      ['merge', otherId, '--branch', 'feature/y', '--force'],
      `POST ${base}/tasks/${taskId}/merge`,
      [
        ['subtaskId', otherId],
        ['branch', 'feature/y'],
        ['force', 'true'],
      ],
    ],
    [['merge-status'], `GET ${base}/tasks/${taskId}/merge`, []],
    [
      ['resolve', '-a "b"\n@c', 'manual'],
      `POST ${base}/tasks/${taskId}/merge/resolve`,
      [
        ['file', '-a "b"\n@c'],
        ['strategy', 'manual'],
      ],
    ],
    [['commit', 'a "message" & more'], `POST ${base}/tasks/${taskId}/merge/commit`, [['message', 'a "message" & more']]],
    [['commit'], `POST ${base}/tasks/${taskId}/merge/commit`, []],
    [['abort'], `POST ${base}/tasks/${taskId}/merge/abort`, []],
    [
      ['skip', otherId, 'not needed'],
      `POST ${base}/tasks/${taskId}/merge/skip`,
      [
        ['subtaskId', otherId],
        ['reason', 'not needed'],
      ],
    ],
    [['check'], `GET ${base}/tasks/${taskId}/merge/check`, []],
    [['done'], `PUT ${base}/tasks/${taskId}`, [['status', 'done']]],
    [
      ['done', 'a summary'],
      `PUT ${base}/tasks/${taskId}`,
      [
        ['status', 'done'],
        ['progressSummary', 'a summary'],
      ],
    ],
    [
      ['done', 'a summary', '--force'],
      `PUT ${base}/tasks/${taskId}`,
      [
        ['status', 'done'],
        ['progressSummary', 'a summary'],
        ['force', 'true'],
      ],
    ],
    [
      ['done', '--force'],
      `PUT ${base}/tasks/${taskId}`,
      [
        ['status', 'done'],
        ['force', 'true'],
      ],
    ],
  ];
  const server = await serve(t);
  for (const [args, request, fields] of cases) {
    const { status, stdout, stderr } = await runScript(server.url, args);
    const asked = server.requests.splice(0);
    t.same({ status, stdout, stderr }, { status: 0, stdout: line, stderr: '' }, args.join(' '));
    t.same(
      asked.map(({ method, url }) => `${method} ${url}`),
      [request],
    );
    t.same(
      asked[0]?.fields.map(([name, value]) => [name, value.toString()]),
      fields,
    );
    t.match(asked[0]?.headers, { 'x-makima-tool-key': key, accept: 'text/plain' });
    if (fields.length > 0) t.equal(asked[0]?.headers['content-type'], 'application/x-www-form-urlencoded');
    else t.equal(asked[0]?.headers['content-type'], undefined);
  }
});

void t.test('a create has a key of its own, so that a repeat makes no second task', async (t) => {
  const server = await serve(t);
  await runScript(server.url, ['create', 'n', 'p']);
  await runScript(server.url, ['create', 'n', 'p']);
  const keys = server.requests.map(({ headers }) => String(headers['idempotency-key']));
  t.match(keys, [/^[0-9a-f]{32}$/, /^[0-9a-f]{32}$/]);
  t.not(keys[0], keys[1]);
});

void t.test('wait tells each task as it ends, whatever their order', async (t) => {
  const polls = new Map<string, number>();
  const rest = new Map([
    [taskId, 3],
    [otherId, 1],
  ]);
  const firstEnded = Promise.withResolvers<undefined>();
  const server = await serve(t, ({ url }, response) => {
    const id = url.split('/')[5] ?? '';
    if (!url.includes('/wait?')) return response.end(`${id}\trunning\tname\n`);
    t.match(url, /\/wait\?until=end&timeout=\d+$/);
    const count = (polls.get(id) ?? 0) + 1;
    polls.set(id, count);
    const ended = count > (rest.get(id) ?? 0);
    const reply = () => response.end(ended ? `${id}\t${id === taskId ? 'failed' : 'done'}\tname of ${id}\n` : `${id}\trunning\tname\n`);
    // The first task named ends only when the second one's line was seen.
    if (ended && id === taskId) void firstEnded.promise.then(reply);
    else reply();
  });
  const { child, ended } = startScript(server.url, ['wait', taskId, otherId]);
  child.stdout.once('data', () => firstEnded.resolve(undefined));
  const { status, stdout } = await ended;
  t.equal(status, 0);
  t.equal(stdout, `${otherId}\tdone\tname of ${otherId}\n${taskId}\tfailed\tname of ${taskId}\n`);
});

void t.test('wait goes on while the status is final and the end has not come', async (t) => {
  let polls = 0;
  const server = await serve(t, ({ url }, response) => {
    const isEarly = url.includes('/wait?') && (polls += 1) === 1;
    if (isEarly) response.setHeader('X-Makima-Over', 'false');
    response.end(`${taskId}\tdone\t${isEarly ? 'early' : 'late'}\n`);
  });
  const { status, stdout } = await runScript(server.url, ['wait', taskId]);
  t.equal(status, 0);
  t.equal(stdout, `${taskId}\tdone\tlate\n`);
});

void t.test('wait does not wait for what was never started, and still tells the others', async (t) => {
  const server = await serve(t, ({ url }, response) => {
    response.end(url.includes(taskId) ? `${taskId}\tpending\tn\n` : `${otherId}\tdone\tn\n`);
  });
  const { status, stdout, stderr } = await runScript(server.url, ['wait', taskId, otherId]);
  t.equal(status, 1);
  t.equal(stdout, `${otherId}\tdone\tn\n`);
  t.match(stderr, `start ${taskId}`);
});

void t.test('the path of a worktree is one line, with or without the server’s newline', async (t) => {
  for (const answer of ['/w/a b', '/w/a b\n']) {
    const server = await serve(t, text(answer));
    t.equal((await runScript(server.url, ['worktree', otherId])).stdout, '/w/a b\n');
  }
});

void t.test('a diff comes out byte by byte', async (t) => {
  const patch = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
  const server = await serve(t, text(patch));
  t.ok((await runScript(server.url, ['diff', otherId])).stdoutBytes.equals(patch));
});

void t.test('no command, a wrong one and wrong arguments print the usage and ask for nothing', async (t) => {
  const server = await serve(t);
  const wrong = [
    [],
    ['frobnicate'],
    ['merge'],
    ['merge', otherId, '--branch'],
    ['merge', otherId, 'x'],
    ['resolve', 'f'],
    ['resolve', 'f', 'mine'],
    ['skip', otherId],
    [''],
    ['--start'],
    ['list', 'x'],
    ['create'],
    ['create', 'n'],
    ['create', 'n', 'p', 'q'],
    ['create', '--start', 'n', 'p'],
    ['create', 'n', 'p', '--files'],
    ['create', 'n', 'p', '--continue-from'],
    ['create', 'n', 'p', '--depends-on'],
    ['create', 'n', 'p', '--model'],
    ['create', 'n', 'p', '--effort'],
    ['create', 'n', 'p', '--agent'],
    ['start'],
    ['start', otherId, otherId],
    ['wait'],
    ['message', otherId],
    ['done', 'a', 'b'],
  ];
  for (const args of wrong) {
    const { status, stdout, stderr } = await runScript(server.url, args);
    t.same({ status, stdout }, { status: 1, stdout: '' }, JSON.stringify(args));
    t.match(stderr, 'Usage: .makima/orchestrate.sh');
  }
  t.same(server.requests, []);
});

void t.test('what is no task id never gets into a URL', async (t) => {
  const server = await serve(t);
  const ids = [
    '',
    '../tasks',
    `${otherId}/../${taskId}`,
    `${otherId}?a=b`,
    otherId.slice(1),
    '-',
    '@/etc/passwd',
    `${otherId.slice(0, 35)}\n`,
    'é'.repeat(18),
  ];
  for (const id of ids)
    for (const args of [
      ['start', id],
      ['stop', id],
      ['status', id],
      ['output', id],
      ['worktree', id],
      ['diff', id],
      ['wait', otherId, id],
      ['message', id, 'x'],
      ['create', 'n', 'p', '--continue-from', id],
      ['create', 'n', 'p', '--depends-on', id],
    ]) {
      const { status, stderr } = await runScript(server.url, args);
      t.equal(status, 1, JSON.stringify(args));
      t.match(stderr, 'is not a task id');
    }
  t.same(server.requests, []);
});

void t.test('help names every command, wherever it is called', async (t) => {
  const { status, stdout, stderr } = await runScript('', ['help'], { env: { MAKIMA_API_KEY: undefined } });
  t.same({ status, stderr }, { status: 0, stderr: '' });
  for (const command of [
    'list',
    'create',
    'start',
    'stop',
    'status',
    'output',
    'worktree',
    'wait',
    'message',
    'diff',
    'done',
    'help',
    '--continue-from',
    '--depends-on',
    '--files',
    '--start',
    '--force',
  ])
    t.match(stdout, command);
});

void t.test('a missing or wrong setting is named', async (t) => {
  const server = await serve(t);
  for (const name of ['MAKIMA_API_URL', 'MAKIMA_API_KEY', 'MAKIMA_TASK_ID'])
    for (const value of [undefined, '']) {
      const { status, stdout, stderr } = await runScript(server.url, ['list'], { env: { [name]: value } });
      t.same({ status, stdout }, { status: 1, stdout: '' });
      t.match(stderr, name);
    }
  const wrong: [string, string][] = [
    ['MAKIMA_TASK_ID', '../x'],
    ['MAKIMA_API_KEY', 'a"\nurl = "file:///etc/passwd'],
    ['MAKIMA_RETRY_SECONDS', '1+a[0]'],
    ['MAKIMA_API_URL', 'file:///etc/passwd#'],
    ['MAKIMA_API_URL', '--help'],
  ];
  for (const [name, value] of wrong) {
    const { status, stdout } = await runScript(server.url, ['list'], { env: { MAKIMA_RETRY_SECONDS: '0', [name]: value } });
    t.same({ status, stdout }, { status: 1, stdout: '' }, `${name}=${value}`);
  }
  t.same(server.requests, []);
});

void t.test('it works in a folder with spaces, through a link, under sh, behind a proxy and a .curlrc', async (t) => {
  const dir = `${t.testdir({ home: { '.curlrc': 'user-agent = "curlrc"\nfail\n' } })}/a "b" $c\n`;
  mkdirSync(`${dir}/.makima`, { recursive: true });
  copyFileSync(orchestrateScript, `${dir}/.makima/orchestrate.sh`);
  symlinkSync('.makima/orchestrate.sh', `${dir}/link`);
  const server = await serve(t);
  const env = { HOME: `${dir}/../home`, http_proxy: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1', POSIXLY_CORRECT: '1' };
  for (const script of ['.makima/orchestrate.sh', './link'])
    t.match(await runScript(server.url, ['create', 'n', 'p'], { cwd: dir, script, env }), { status: 0, stdout: line, stderr: '' });
  for (const shell of ['sh', 'bash'])
    t.match(
      await runScript(server.url, ['.makima/orchestrate.sh', 'list'], { cwd: dir, script: shell, env }),
      { status: 0, stdout: line, stderr: '' },
      shell,
    );
  t.notOk(server.requests.some(({ headers }) => headers['user-agent'] === 'curlrc'));
});

void t.test('a message that its agent gets later is said to be kept, so that nobody says it again', async (t) => {
  const later = await serve(t, text('not delivered\n'));
  t.match(await runScript(later.url, ['message', otherId, 'hi']), { status: 0, stdout: /^kept: its agent gets it at the next moment/ });
  const now = await serve(t, text('delivered\n'));
  t.match(await runScript(now.url, ['message', otherId, 'hi', '--resume']), { status: 0, stdout: 'delivered\n' });
});

void t.test('nothing is left in the temporary directory', async (t) => {
  const dir = t.testdir();
  const server = await serve(t);
  for (const args of [
    ['create', 'n', 'p'],
    ['wait', otherId],
    ['status', 'x'],
  ])
    await runScript(server.url, args, { env: { TMPDIR: dir } });
  t.same(readdirSync(dir), []);
});
