/** The command through a pipe, as a script has it, on a daemon: answers, JSON, exit statuses, and what is said where something is wrong. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { git, scratch, startDaemon, userRepository } from '../../support/daemon.ts';
import { commandLine, runCommand, type Outcome, type RunOptions } from './run-command.ts';

const objects = ({ out }: Outcome): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

void t.test('on a daemon', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan', { MAKIMA_WEBHOOK_ALLOW: '127.0.0.1' });
  const repository = userRepository(t);
  const makima = (args: string[], options?: RunOptions) => runCommand(daemon.home, args, options);

  await t.test('a plan from an argument works on the repository that one is in; the end is the exit status', async (t) => {
    const { code, out, err } = await makima(['run', 'RUN: echo hello > hello.txt', '--name', 'Greet'], { cwd: join(repository) });
    t.equal(code, 0, err);
    t.match(out, /^● Bash: echo hello > hello\.txt$[^]*^The plan ran\.$/m);
    t.match(err, /^[0-9a-f-]{36} Greet\n[^]*Greet: done after \d+s, \$0\.\d+\n$/, 'what is no word of the agent is beside');
    t.match(await makima(['diff', 'Greet']), { code: 0, out: /^diff --git a\/hello\.txt b\/hello\.txt\n/ });
    t.match(objects(await makima(['diff', 'Greet', '--json'])), [{ path: 'hello.txt', status: 'added', additions: 1 }]);
    t.equal((await makima(['run', '--no-repo', 'RUN: exit 3'])).code, 1, 'a task that fails is a failure');
  });

  await t.test('what was said and done, from any line on, as it was and as JSON', async (t) => {
    const all = await makima(['logs', 'Greet']);
    t.match(all, { code: 0, err: '', out: /^\[makima\] Agent: claude[^]*^● Bash: echo hello/m });
    t.notMatch(all.out, /"type":/, 'no line of JSON');
    t.equal((await makima(['logs', 'Greet', '-n', '1'])).out, all.out.split('\n').slice(-2).join('\n'));
    t.match(await makima(['logs', 'Greet', '-f', '--since', '2030-01-01T00:00:00Z']), { code: 0, out: '', err: /Greet: done/ });
    const events = objects(await makima(['logs', 'Greet', '--json', '--follow']));
    t.match(
      events.find(({ type }) => type === 'activity'),
      { kind: 'tool', tool: { name: 'Bash' } },
    );
    t.match(events.at(-1), { type: 'end', status: 'done' });
    t.match((await makima(['logs', 'Greet', '--raw'])).out, /^\{"type":"system","subtype":"init"/);
  });

  await t.test('a plan from a file and from standard input; -d prints the id alone', async (t) => {
    const { code, out, err } = await makima(['run', '-d', '--no-repo', '--model', 'm', '-'], { input: '# Count\n\nRUN: echo 1\n' });
    t.equal(code, 0, err);
    t.match(out, /^[0-9a-f-]{36}\n$/);
    t.match((await daemon.ended(out.trim())).name, 'Count');
    const [shown] = objects(await makima(['show', out.slice(0, 8), '--json']));
    t.match(shown, { id: out.trim(), model: 'm', repositoryUrl: null, plan: '# Count\n\nRUN: echo 1' });
    t.match(await makima(['run', '--no-start', 'x']), { code: 0, out: /^[0-9a-f-]{36}\n$/, err: /^No repository is here/ });
    t.match(await makima(['run', '-d', '-f', '/no/such/plan']), { code: 1, out: '', err: /^makima: \/no\/such\/plan cannot be read/ });
    t.match(await makima(['run', '-d', '-'], { input: ' \n' }), { code: 1, err: 'makima: The plan is empty.\n' });
  });

  await t.test('lists: a table, ids, JSON, and those that a filter takes', async (t) => {
    await daemon.make({ name: 'Twin' });
    await daemon.make({ name: 'Twin', priority: 3 });
    t.match(await makima(['ls']), { code: 0, out: /^ID +STATE +AGE[^]*pending +\d+s +claude +Twin\n/, err: '' });
    t.match((await makima(['ls', '-q', '--filter', 'name=twin'])).out, /^(?:[0-9a-f-]{36}\n){2}$/);
    t.match(objects(await makima(['ls', '--json', '--filter', 'status=failed'])), [{ status: 'failed' }]);
    t.match(await makima(['ls', '--filter', 'status=red']), { code: 1, err: /"red" is no state of a task: it is one of pending, / });
    t.match(await makima(['ls', '--filter', 'x=y']), { code: 1, err: /key=value, with one of status, name/ });
  });

  await t.test('a task that several could be, and one that there is not', async (t) => {
    t.match(await makima(['show', 'Twin']), {
      code: 1,
      out: '',
      err: /^makima: "Twin" could be 2 tasks[^]*pending[^]*Twin[^]*\(TASK_AMBIGUOUS\)\n$/,
    });
    t.match(await makima(['show', 'Nobody']), { code: 1, out: '', err: /\(TASK_NOT_FOUND\)\n$/ });
    const gone = '00000000-0000-4000-8000-000000000000';
    t.match(await makima(['pause', gone]), { code: 1, err: /^makima: .*\(TASK_NOT_FOUND\)\n$/ }, 'the daemon says so, too');
  });

  await t.test('what agents name things says nothing to a terminal, in JSON neither', async (t) => {
    const name = 'Loud \u009b31m\u001b]0;x\u0007\u007f';
    const { id } = await daemon.make({ name });
    const json = await makima(['show', id, '--json']);
    t.notMatch(json.out, /[^\P{Cc}\n]/u);
    t.match(objects(json), [{ name }], 'and is what it was');
    for (const args of [['show', id], ['ls'], ['rm', id]]) t.notMatch((await makima(args)).out, /[^\P{Cc}\n]/u, args.join(' '));
  });

  await t.test('several are deleted only where somebody can be asked, or -y is said', async (t) => {
    const ids = (await makima(['ls', '-q', '--filter', 'name=twin'])).out.trim().split('\n');
    t.match(await makima(['rm', ...ids]), { code: 1, out: '', err: /\(NOT_CONFIRMED\)\n$/ });
    t.match(await makima(['rm', '-y', ...ids]), { code: 0, out: /^(?:[0-9a-f-]{36} {2}deleted {2}Twin\n){2}$/ });
    const { id } = await daemon.make({ name: 'Lead', isOrchestrator: true });
    await daemon.make({ name: 'Led', parentTaskId: id });
    t.match(
      await makima(['rm', 'Lead']),
      { code: 1, out: '', err: /delete 2 tasks, .*\(NOT_CONFIRMED\)\n$/ },
      'what is below it goes, too',
    );
    t.match(await makima(['show', 'Lead']), { code: 0, out: /Below it\n[^]*Led\n$/ });
    t.match(await makima(['rm', '-y', 'Led', 'Lead']), { code: 0, err: '', out: /^\S+ {2}deleted {2}Lead\n$/ });
    t.match(await makima(['prune']), { code: 0, out: '', err: /no task ended so long ago/ });
    t.match(await makima(['prune', '--older-than', '0s']), { code: 1, err: /\(NOT_CONFIRMED\)/ });
  });

  await t.test('what runs is waited for, halted and stopped', async (t) => {
    const { id } = await daemon.start({ name: 'Long', plan: 'RUN: sleep 1000' });
    await daemon.until(id, (event) => event.type === 'status' && event.to === 'running');
    t.match(await makima(['wait', 'Long', '--timeout', '0']), { code: 8, out: /Long: running/ });
    t.match(await makima(['logs', 'Long']), { code: 0, out: /● Bash: sleep 1000\n$/ }, 'up to now');
    t.match(await makima(['pause', 'Long']), { code: 0, out: /paused/ });
    t.match(objects(await makima(['resume', id, '--json'])), [{ status: 'running' }]);
    t.match(await makima(['stop', 'Long', '--now']), { code: 0, out: /interrupted +Long\n$/ });
    t.match(await makima(['wait', 'Long']), { code: 2 }, 'an interrupted task');
    t.match(await makima(['message', 'Long', 'go', 'on']), {
      code: 1,
      err: /`makima show <task>` says how it stands; .*\(TASK_NOT_RUNNING\)/,
    });
  });

  await t.test('what is said waits while it is halted, is listed and taken back; one that has ended goes on for more', async (t) => {
    const { id } = await daemon.start({ name: 'Told', plan: 'RUN: sleep 1000' });
    await daemon.until(id, (event) => event.type === 'output' && event.content.includes('sleep 1000'));
    t.match(await makima(['messages', 'Told']), { code: 0, out: '', err: /has all that was said/ });
    await makima(['pause', 'Told']);
    t.match(await makima(['message', 'Told', 'look', 'here']), { code: 0, err: /It is kept/ });
    const listed = await makima(['messages', 'Told']);
    t.match(listed, { code: 0, out: /^ID +STATE +KIND +AGE +MESSAGE\n[0-9a-f]{8} +waiting +user +\d+s +look here\n$/ });
    t.match(objects(await makima(['messages', 'Told', '--json'])), [{ taskId: id, message: 'look here', state: 'waiting' }]);
    const first = listed.out.split('\n')[1]?.slice(0, 8) ?? '';
    t.match(await makima(['messages', 'Told', '--withdraw', first]), { code: 0, err: /withdrawn/ });
    t.match(await makima(['messages', 'Told', '--withdraw', first]), { code: 1, err: /\(MESSAGE_NOT_FOUND\)/ });
    t.match(await makima(['stop', 'Told', '--now']), { code: 0 });
    t.match(await makima(['message', 'Told', 'x']), { code: 1, err: /takes --resume: it goes on with the session/ });
    t.match(await makima(['message', 'Told', '--resume', 'RUN: echo resumed']), { code: 0 });
    t.match(await daemon.ended(id), { status: 'done' });
    t.match(await makima(['start', 'Told', '--resume', '--message', 'RUN: echo once more']), { code: 0, out: /queued|initializing/ });
    t.match(await daemon.ended(id), { status: 'done' });
    t.match(await daemon.lines(id, 'stdin'), ['RUN: echo resumed', 'RUN: echo once more']);
    t.match(await makima(['start', 'Twin', '--resume']), { code: 1 });
  });

  await t.test('its work into a repository, and a copy of it', async (t) => {
    t.match(await makima(['complete', 'Greet', '--action', 'branch']), { code: 0 }, 'into the repository that it works on');
    t.match(await makima(['complete', 'Greet', '--action', 'branch', '--target-repo', repository]), { code: 0 });
    t.match(await makima(['complete', 'Count', '--action', 'branch']), { code: 1, err: /with --target-repo the path of a repository/ });
    t.match(git(repository, 'branch', '--list', 'makima/*'), /makima\/greet-/);
    const target = join(scratch(t), 'copy');
    t.match(await makima(['clone', 'Greet', target]), { code: 0, out: `${target}\n` });
    t.equal(readFileSync(join(target, 'hello.txt'), 'utf8'), 'hello\n');
    t.match(await makima(['clone', 'Greet', target]), { code: 1, err: /\(TARGET_EXISTS\)/ });
  });

  await t.test('keys', async (t) => {
    const made = await makima(['keys', 'create', 'Greet', '--label', 'ci', '--expires', '1h']);
    t.match(made, { code: 0, out: /^\w{64}\n$/ });
    const [listed] = objects(await makima(['keys', 'ls', 'Greet', '--json']));
    t.match(listed, { label: 'ci' });
    t.match(await makima(['keys', 'rm', 'Greet', String(listed?.['id']).slice(0, 8)]), { code: 0, out: /revoked/ });
    t.match(await makima(['keys', 'rm', 'Greet', 'abc']), { code: 1, err: /begins with "abc"\. \(TOOL_KEY_NOT_FOUND\)\n$/ });
    const env = { MAKIMA_API_URL: daemon.app.url, MAKIMA_API_KEY: made.out.trim() };
    t.match(
      await makima(['ls'], { env }),
      { code: 4, out: '', err: /^makima: [^.]*\. The owner's token is in .*\(UNAUTHENTICATED\)\n$/ },
      'no credential has a status of its own',
    );
  });

  await t.test('webhooks', async (t) => {
    const made = await makima(['webhooks', 'create', 'http://127.0.0.1:9/told', '--types', 'end', '--task', 'Greet']);
    t.match(made, { code: 0, out: /^[0-9a-f-]{36}\nwhsec_\S+\n$/ });
    t.match((await makima(['webhooks', 'ls'])).out, /127\.0\.0\.1:9\/told +end +[0-9a-f]{8} +0 +on\n$/);
    t.match(await makima(['webhooks', 'create', 'http://10.0.0.1/', '--types', 'all']), { code: 1, err: /"all" is no type of event/ });
    t.match(await makima(['webhooks', 'rm', made.out.slice(0, 36)]), { code: 0, out: /deleted/ });
  });

  await t.test('by an address and a token', async (t) => {
    const args = ['ls', '-q', '--filter', 'name=greet', '--url', daemon.app.url];
    t.match(await makima(args, { env: { MAKIMA_TOKEN: daemon.token } }), { code: 0, out: /^[0-9a-f-]{36}\n$/ });
    t.match(await makima(args, { env: { MAKIMA_TOKEN: 'wrong' } }), { code: 4, out: '', err: /MAKIMA_TOKEN.*\(UNAUTHENTICATED\)/ });
  });

  await t.test('info; completion asks the daemon', async (t) => {
    t.match(await makima(['info']), { code: 0, out: /^makima .* at [^]*✓ claude/ });
    t.match((await makima(['__complete', '--', 'show', 'Gr'])).out, /^Greet\tdone\n/);
    t.match((await makima(['__complete', '--', 'pause', ''])).out, '', 'nothing runs');
  });
});

void t.test('the last lines of what goes on are as many as were asked for', async (t) => {
  const daemon = await startDaemon(t, 'counts');
  const { id } = await daemon.start({ plan: 'COUNT: 1000000 EVERY: 1' });
  await daemon.until(id, (event) => event.type === 'output' && event.content.includes('line 1 of'));
  const { code, out, err } = await runCommand(daemon.home, ['logs', id, '--tail', '2']);
  t.match(out, /^line \d+ of 1000000\nline \d+ of 1000000\n$/, err);
  t.equal(code, 0);
  t.match(await runCommand(daemon.home, ['logs', id, '--tail', '0']), { code: 0, out: '', err: '' });
  await runCommand(daemon.home, ['stop', '--now', id]);
});

void t.test('without a daemon', async (t) => {
  const home = scratch(t);
  t.match(await runCommand(home, ['ls']), { code: 1, out: '', err: /Start one with `makima up`\. \(UNREACHABLE\)\n$/ });
  t.match(await runCommand(home, ['ls', '--url', 'foo']), {
    code: 1,
    out: '',
    err: /^makima: "foo" is no address of a makima daemon: .*\n$/,
  });
  t.match(await runCommand(home, ['ls', '--url', 'http://127.0.0.1:1']), {
    code: 1,
    err: /^makima: makima does not answer at http:\/\/127\.0\.0\.1:1 /,
  });
  const [program] = commandLine;
  // Where nobody can make a directory, one is not tried for ever.
  for (const nowhere of [join(program, 'x'), ...(process.platform === 'linux' ? ['/proc/none/x'] : [])])
    t.match(await runCommand(home, ['up', '--home', nowhere]), {
      code: 1,
      out: '',
      err: /^makima: The home .* cannot be used: .*\(HOME_NOT_USABLE\)\n$/,
    });
  t.match(await runCommand(home, ['run']), { code: 1, err: 'makima: Give the plan as an argument, with --file, or on standard input.\n' });
  t.match(await runCommand(home, ['down']), { code: 0, err: /No daemon runs on / });
  t.match(await runCommand(home, ['__complete', '--', 'show', '']), { code: 0, out: '', err: '' }, 'who types hears nothing of it');
  t.match((await runCommand(home, ['__complete', '--', 'merge', 'r'])).out, /^resolve\t/);
  t.match((await runCommand(home, ['__complete', '--', 'run', '--action', ''])).out, /^none\t\nbranch\t\nmerge\t\npr\t\n$/);
  t.match((await runCommand(home, ['__complete', '--', 'run', '--orc'])).out, /^--orchestrator\t/);
  t.match((await runCommand(home, ['__complete', '--', 'clone', 'x', ''])).out, ':directories\n');
  t.notOk(existsSync(join(home, 'daemon.json')));
});
