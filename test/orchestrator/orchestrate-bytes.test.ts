import t from 'tap';
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { orchestrateScript } from '../../src/orchestrator/script.ts';
import { recordingServer, text } from './recording-server.ts';
import { key, otherId, runScript, taskId } from './run-script.ts';

/** Every byte that an argument can have: all but NUL. The ones that mean something to bash, curl or a form come often. */
const byte = fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(...Buffer.from('@=-"\'\\`$&+%;#<>|*?~!\n\r\t {}[]()^/,')));
const bytes = fc.array(byte, { minLength: 1, maxLength: 60 }).map((values) => Buffer.from(values));
const awkward = [
  '@/etc/passwd',
  '=',
  '-',
  '--start',
  '-d',
  '@-',
  '<(id)',
  '$(id)',
  '`id`',
  'a=b&c=d',
  '%41+%zz',
  '\n',
  '\n\nend\n\n',
  ' ',
  '"',
  "'",
  '\\',
  '\\n',
  '-e',
  '%s',
  '*',
  '\u00ff',
  '✓',
];

/**
 * Node's arguments are text, the script's are bytes: a bash between the two takes them out of files.
 * The dot keeps the trailing newlines, which a command substitution would take away.
 */
const runWithBytes = async (dir: string, url: string, script: string, values: readonly Buffer[]) => {
  values.forEach((value, index) => writeFileSync(`${dir}/v${index}`, Buffer.concat([value, Buffer.from('.')])));
  const load = values.map((_, index) => `v${index}=$(cat "$1/v${index}"); v${index}=\${v${index}%.}`).join('\n');
  const child = spawn('bash', ['-c', `LC_ALL=C\n${load}\nexec "$2" ${script}`, 'bash', dir, orchestrateScript], {
    env: { PATH: process.env['PATH'], MAKIMA_API_URL: url, MAKIMA_API_KEY: key, MAKIMA_TASK_ID: taskId },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
};

const field = (fields: readonly [string, Buffer][] | undefined, name: string): Buffer[] =>
  (fields ?? []).filter((each) => each[0] === name).map((each) => each[1]);

void t.test('any byte in a name, a plan, a file, a message and a summary arrives as it was', async (t) => {
  const dir = t.testdir();
  const server = await recordingServer(text(`${otherId}\tpending\tn\n`));
  t.teardown(server.close);
  const check = async (name: Buffer, plan: Buffer, file: Buffer): Promise<void> => {
    // A plan of - means standard input, and a comma parts two files.
    if (plan.equals(Buffer.from('-')) || file.includes(',')) return;
    const ask = async (script: string) => {
      const status = await runWithBytes(dir, server.url, script, [name, plan, file]);
      const [asked] = server.requests.splice(0);
      if (status !== 0 || asked === undefined) throw new Error(`${script} ended with ${status}`);
      return asked.fields;
    };
    const same = (found: Buffer[], wanted: Buffer) => {
      if (found.length !== 1 || found[0]?.equals(wanted) !== true)
        throw new Error(`${wanted.toString('latin1')} arrived as ${found.map((each) => each.toString('latin1')).join(' and ')}`);
    };
    const created = await ask('create "$v0" "$v1" --files "$v2"');
    same(field(created, 'name'), name);
    same(field(created, 'plan'), plan);
    same(field(created, 'copyFiles'), file);
    same(field(await ask(`message ${otherId} "$v0"`), 'message'), name);
    if (name.toString() !== '--force') same(field(await ask('done "$v0"'), 'progressSummary'), name);
  };
  for (const value of awkward) await check(Buffer.from(value), Buffer.from(value), Buffer.from(value));
  await fc.assert(fc.asyncProperty(bytes, bytes, bytes, check), { numRuns: 15 });
  t.pass('all of them');
});

void t.test('a plan of 100 kB as an argument, and one of any size and with NUL through standard input', async (t) => {
  const server = await recordingServer(text(`${otherId}\tpending\tn\n`));
  t.teardown(server.close);
  const plan = 'plan "é"\n'.repeat(10_000);
  t.equal((await runScript(server.url, ['create', 'n', plan])).status, 0);
  t.equal(field(server.requests.at(-1)?.fields, 'plan')[0]?.toString(), plan);
  const large = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 256));
  t.equal((await runScript(server.url, ['create', 'n', '-'], { stdin: large })).status, 0);
  t.ok(field(server.requests.at(-1)?.fields, 'plan')[0]?.equals(large));
});
