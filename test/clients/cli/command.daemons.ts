/** The command with daemons of its own: up and down, what a terminal sees, Ctrl-C, a reader that has gone, and a daemon that is killed meanwhile. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import t, { type Test } from 'tap';
import { agentPath, isAlive, plainly, scratch } from '../../support/daemon.ts';
import { removeGroups } from '../../support/remove-groups.ts';
import { commandLine, environment, runCommand, type Outcome, type RunOptions } from './run-command.ts';

interface Home {
  home: string;
  env: Record<string, string>;
  makima: (args: string[], options?: RunOptions) => Promise<Outcome>;
}

/** A home on which a daemon may be started, and is ended with its agents at the end of the test. */
const homeOf = (t: Test, agent = 'runs-plan', more: Record<string, string> = {}): Home => {
  const home = scratch(t);
  const env = { MAKIMA_PORT: '0', MAKIMA_CLAUDE_COMMAND: agentPath(agent), MAKIMA_LOG_LEVEL: 'warn', ...more };
  const makima: Home['makima'] = (args, options = {}) => runCommand(home, args, { ...options, env: { ...env, ...options.env } });
  t.teardown(async () => {
    await makima(['down']);
    await removeGroups(home);
  });
  return { home, env, makima };
};

const daemonOf = (home: string): { pid: number; url: string } => JSON.parse(readFileSync(join(home, 'daemon.json'), 'utf8'));

void t.test('up starts it in the background, down ends it and leaves its agents at work', async (t) => {
  const { home, makima } = homeOf(t);
  const up = await makima(['up']);
  t.equal(up.code, 0, up.err);
  const { pid, url } = daemonOf(home);
  t.ok(up.out.includes(url) && up.out.includes(join(home, 'daemon.log')), up.out);
  t.match(readFileSync(join(home, 'daemon.log'), 'utf8'), /^makima .* listens on /);
  t.equal(statSync(join(home, 'daemon.log')).mode & 0o777, 0o600);
  t.match(await makima(['up', '--json']), { code: 0, out: new RegExp(`"pid":${pid},.*"wasThere":true`) });

  const id = (await makima(['run', '-d', '--no-repo', '--name', 'Long', 'RUN: sleep 1000'])).out.trim();
  t.match(await makima(['logs', '-f', 'Long', '--since', '2030-01-01', '--json', '--url', 'http://127.0.0.1:1']), { code: 1 });
  t.match(await makima(['ls', '-q']), { out: `${id}\n` });
  // Until it runs: else nothing is there that goes on.
  while (!/"status":"running"/.test((await makima(['show', id, '--json'])).out));
  t.match(await makima(['down']), { code: 0, out: /^makima has ended\. 1 agent goes on/ });
  t.notOk(isAlive(pid));
  t.notOk(existsSync(join(home, 'daemon.json')));
  t.match(await makima(['ls']), { code: 1, err: /`makima up`/ });
  t.match(await makima(['up']), { code: 0 });
  t.match(await makima(['stop', 'Long', '--now']), { code: 0, out: /interrupted/ });
});

void t.test('a task is started after those that it depends on, and said to wait for them until then', async (t) => {
  const { makima } = homeOf(t);
  await makima(['up']);
  const begin = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await makima(['run', '--no-repo', ...args]);
    t.equal(code, 0, err);
    return out.trim();
  };
  const [one, other] = [await begin('--no-start', '--name', 'One', 'RUN: :'), await begin('--no-start', '--name', 'Other', 'RUN: :')];
  const after = await begin('-d', '--name', 'After', '--depends-on', `One,${other.slice(0, 8)}`, 'RUN: :');
  t.match(await makima(['ls']), { out: /After.*2 tasks/ });
  t.match(JSON.parse((await makima(['show', 'After', '--json'])).out), { waitsFor: { kind: 'dependency', taskIds: [one, other] } });
  t.match(await makima(['show', 'After']), {
    out: new RegExp(
      `Waits for: +2 tasks\\n +${one.slice(0, 8)} pending One: nobody has started it; .makima start ${one.slice(0, 8)}. does\\n`,
    ),
  });
  for (const id of [one, other]) t.equal((await makima(['start', id])).code, 0);
  t.match(await makima(['wait', after]), { code: 0 });
});

void t.test('two ups at once come to one daemon', async (t) => {
  const { home, makima } = homeOf(t);
  const [one, other] = await Promise.all([makima(['up']), makima(['up'])]);
  t.same([one.code, other.code], [0, 0], one.err + other.err);
  const { pid } = daemonOf(home);
  for (const { out } of [one, other]) t.match(out, new RegExp(`process ${pid}\n`));
});

void t.test('a daemon that cannot start says why; doctor knows it before', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const port = String((server.address() as AddressInfo).port);
  const { makima } = homeOf(t, 'says-a-line', { MAKIMA_PORT: port });
  t.match(await makima(['up']), {
    code: 1,
    out: '',
    err: /The daemon did not start[^]*in use by another program[^]*MAKIMA_PORT[^]*\(START_FAILED\)\n$/,
  });
  t.match(await makima(['doctor']), { code: 1, out: new RegExp(`✗ port: 127\\.0\\.0\\.1:${port} is in use[^]*MAKIMA_PORT`) });
  const settings = { MAKIMA_PROT: '1', MAKIMA_MAX_DEPTH: 'deep' };
  const lines = (await makima(['doctor', '--json'], { env: settings })).out.trim().split('\n');
  const findings = lines.map((line): Record<string, unknown> => JSON.parse(line));
  t.match(
    findings.filter(({ what }) => what === 'settings'),
    [{ state: 'bad', says: /MAKIMA_MAX_DEPTH is "deep": it must be/ }],
  );
  t.match(
    (await makima(['doctor'], { env: { MAKIMA_PROT: '1' } })).out,
    /! settings: MAKIMA_PROT is no setting.*did you mean MAKIMA_PORT\?/,
  );
  t.match(
    (await makima(['doctor'], { env: { MAKIMA_CLAUDE_COMMAND: 'no-such-agent' } })).out,
    /✗ agent claude: no-such-agent was not found[^]*Install it/,
  );
});

void t.test('a log that has grown is put aside at the next start', async (t) => {
  const { home, makima } = homeOf(t);
  writeFileSync(join(home, 'daemon.log'), 'of a former life\n');
  truncateSync(join(home, 'daemon.log'), 11 * 1024 * 1024);
  t.match(await makima(['up']), { code: 0 });
  t.match(readFileSync(join(home, 'daemon.log.1'), 'utf8').slice(0, 20), /^of a former life/);
  t.match(readFileSync(join(home, 'daemon.log'), 'utf8'), /^makima /);
});

/** The command in a process of its own whose lines are read while it runs. */
const started = ({ home, env }: Home, args: string[]) => {
  const [program, words] = plainly(...commandLine, ...args);
  const child = spawn(program, words, { cwd: home, env: environment(home, env), stdio: 'pipe' });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'exit').then(([code]: unknown[]) => ({ code, err }));
  return { child, lines: createInterface({ input: child.stdout }), ended };
};

void t.test(
  'Ctrl-C ends the watching and not the task; what follows goes on over a daemon that is killed, and misses nothing',
  async (t) => {
    const place = homeOf(t, 'counts');
    const { home, makima } = place;
    await makima(['up']);
    const go = join(home, 'go');
    const id = (await makima(['run', '-d', '--no-repo', '--name', 'Count', `COUNT: 300 EVERY: 5 UNTIL: ${go}`])).out.trim();

    const watching = started(place, ['logs', '-f', 'Count']);
    for await (const line of watching.lines) if (/\b20\b/.test(line)) break;
    watching.child.kill('SIGINT');
    t.match(await watching.ended, { code: 2, err: new RegExp(`The task goes on: .makima logs -f ${id.slice(0, 8)}.*makima stop`) });

    const { child, lines, ended } = started(place, ['logs', '-f', 'Count', '--json']);
    const seen: number[] = [];
    let killed: Promise<Outcome> | null = null;
    for await (const line of lines) {
      const event: { type: string; kind?: string; text?: string | null } = JSON.parse(line);
      const [, number] = /(\d+)/.exec((event.type === 'activity' && event.kind === 'text' && event.text) || '') ?? [];
      if (number !== undefined) seen.push(Number(number));
      if (seen.length === 50 && killed === null) {
        process.kill(daemonOf(home).pid, 'SIGKILL');
        killed = makima(['up']);
        writeFileSync(go, '');
      }
    }
    t.match(await killed, { code: 0 });
    t.match(await ended, { code: 0 });
    t.notOk(child.killed);
    t.strictSame(
      [...seen].sort((one, other) => one - other),
      [...new Set(seen)].sort((one, other) => one - other),
      'nothing twice',
    );
    t.ok(new Set(seen).size >= 300, `${new Set(seen).size} lines`);
  },
);

void t.test('what is said to an attached agent is a message; a pipe that ends is followed to the end', async (t) => {
  const place = homeOf(t);
  await place.makima(['up']);
  const go = join(place.home, 'go');
  spawnSync('mkfifo', [go]);
  const id = (await place.makima(['run', '-d', '--no-repo', `RUN: cat ${go}`])).out.trim();
  const { child, lines, ended } = started(place, ['attach', id]);
  const seen: string[] = [];
  for await (const line of lines) {
    seen.push(line);
    if (line.startsWith('● Bash: cat')) child.stdin.end('are you there?\n');
    // The end of what is in it.
    if (line === '> are you there?') writeFileSync(go, '');
  }
  t.match(await ended, { code: 0, err: /: done after/ });
  t.ok(seen.includes('> are you there?'), seen.join('\n'));
});

void t.test('a reader that has gone ends it quietly', async (t) => {
  const { home, env, makima } = homeOf(t);
  await makima(['up']);
  await makima(['run', '--no-repo', '--name', 'Much', 'RUN: seq 1 3; echo x > f']);
  const script = `'${commandLine.join("' '")}' logs --json Much | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `unset NODE_OPTIONS; ${script}`], { env: environment(home, env), encoding: 'utf8' });
  t.match(stdout, /^\{"id".*\}\n0\n$/);
  t.equal(stderr, '');
});

const skip = spawnSync('script', ['--version'], { encoding: 'utf8' }).output.join('').includes('util-linux')
  ? false
  : 'there is no script of util-linux here, which makes a pseudo terminal';

/** What a terminal of 80 columns is shown, and what is typed there. */
const onTerminal = (
  { home, env }: Home,
  command: string,
  { input = '', more = {} }: { input?: string; more?: Record<string, string> } = {},
) => {
  const line = `stty cols 80 rows 24; exec '${commandLine.join("' '")}' ${command}`;
  const { stdout, status } = spawnSync('script', ['-qec', `unset NODE_OPTIONS; ${line}`, '/dev/null'], {
    env: environment(home, { ...env, TERM: 'xterm', ...more }),
    encoding: 'utf8',
    input,
  });
  return { out: stdout.replaceAll('\r\n', '\n'), code: status };
};

void t.test('on a terminal there are colours, tables that fit, progress and questions', { skip }, async (t) => {
  const place = homeOf(t);
  const { makima } = place;
  await makima(['up']);
  const name = `A name that is ${'very '.repeat(30)}long`;
  await makima(['run', '--no-repo', '--name', name, 'RUN: echo x > f.txt']);
  const listed = onTerminal(place, 'ls').out;
  t.ok(listed.includes('\u001b[32mdone\u001b[39m'), listed);
  t.match(listed, /A name that is.*…\n/);
  const width = Math.max(...listed.split('\n').map((line) => stripVTControlCharacters(line).length));
  t.ok(width <= 80, `${width} columns`);
  t.notOk(onTerminal(place, 'ls', { more: { NO_COLOR: '1' } }).out.includes('\u001b['), 'NO_COLOR is heard');
  t.notOk((await makima(['ls'])).out.includes('\u001b'), 'a pipe has none');
  t.ok((await makima(['ls'])).out.includes(name), 'and the whole name');
  t.match(onTerminal(place, 'diff -- "A name that is"*'), { code: 1 });

  t.match(
    onTerminal(place, "run --no-repo 'RUN: echo y'").out,
    /preparing the worktree…|starting the agent…/,
    'what it is at before the agent speaks',
  );
  const away = await makima(['prune', '--worktrees', '--older-than', '0s', '--dry-run']);
  t.match(away, { code: 0, err: /Their worktrees take/ });
  t.notOk(/put away/.test(away.out), 'a dry run does nothing');
  t.match(await makima(['prune', '--worktrees', '--older-than', '0s']), { code: 1, err: /Say -y/ });
  t.match(await makima(['prune', '--worktrees', '--older-than', '0s', '-y', '--json']), { code: 0, out: /"putAway":true,"bytes":\d+/ });
  t.match(await makima(['prune', '--worktrees', '--older-than', '0s', '-y']), { code: 0, err: /Nothing is to be put away/ });
  const [gone = '', ...others] = (await makima(['ls', '-q', '--all'])).out.trim().split('\n');
  t.match(await makima(['show', gone]), { out: /Worktree: +put away on .*`makima restore [0-9a-f]{8}` brings it back/ });
  t.match(await makima(['restore', gone.slice(0, 8)]), { code: 0 }, 'a task that is there is named as ever');
  t.match(await makima(['restore', 'nobody']), { code: 1, err: /deleted is named by its whole id\. \(TASK_NOT_FOUND\)/ });
  for (const id of others) t.match(await makima(['restore', id]), { code: 0 });
  const kept = onTerminal(place, 'prune --older-than 0s', { input: 'n\n' });
  t.match(kept, { code: 0, out: /Their worktrees take [^]*restore[^]*\[y\/N\][^]*Nothing was deleted/ });
  t.equal((await makima(['ls', '-q'])).out.split('\n').length, 3);
  t.match(onTerminal(place, 'prune --older-than 0s', { input: 'y\n' }), { code: 0, out: /deleted/ });
  t.equal((await makima(['ls', '-q', '--all'])).out, '');
});

void t.test('a list is drawn anew as tasks change, on a screen of its own', { skip }, async (t) => {
  const place = homeOf(t, 'forever');
  await place.makima(['up']);
  await place.makima(['run', '-d', '--no-repo', '--name', 'Work', 'x']);
  const watching = spawn(
    'script',
    ['-qec', `unset NODE_OPTIONS; stty cols 80 rows 24; exec '${commandLine.join("' '")}' ls -w`, '/dev/null'],
    { env: environment(place.home, { ...place.env, TERM: 'xterm' }), stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let drawn = '';
  let stopping: Promise<Outcome> | null = null;
  for await (const text of watching.stdout.setEncoding('utf8')) {
    drawn += String(text);
    if (/running[^]*Work/.test(drawn)) stopping ??= place.makima(['stop', 'Work', '--now']);
    if (/interrupted[^]*Work/.test(drawn) && !watching.stdin.writableEnded) watching.stdin.end('\u0003');
  }
  t.match(await stopping, { code: 0 });
  const [, other = '', after = ''] = drawn.split(/\[\?1049[hl]/);
  t.match(other, /running[^]*interrupted/, 'on a screen of its own');
  t.match(after, /interrupted.*Work/, 'and at last on that of the user');
});
