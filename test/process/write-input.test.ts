import t from 'tap';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { readdir, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sweepRun } from '../../src/process/sweep.ts';
import { waitForExit } from '../../src/process/wait-for-exit.ts';
import { closeInput, maxMessageBytes, maxWaitingBytes, resumeInput, writeInput } from '../../src/process/write-input.ts';
import { contents, launchIn, launchScript, lineOf, newRun } from './helper.ts';

const slowReader = `
  const parts = [];
  process.stdin.on('data', (bytes) => {
    parts.push(bytes);
    process.stdin.pause();
    setTimeout(() => process.stdin.resume(), 1);
  });
  process.stdin.on('end', () => process.stdout.write(require('node:crypto').createHash('sha256').update(Buffer.concat(parts)).digest('hex')));
`;

void t.test('messages of several MiB reach a slow reader whole and in order', async (t) => {
  const run = await newRun(t);
  const handle = await launchIn(run, process.execPath, ['-e', slowReader]);
  const messages = [3 * 1024 * 1024, 1, 65_536, 1024 * 1024].map((size) => randomBytes(size));
  const accepted = await Promise.all(messages.map(async (bytes) => await writeInput(run.directory, bytes)));
  t.same(
    accepted.map(({ sequence }) => sequence),
    [1, 2, 3, 4],
    'the order of the calls',
  );
  await closeInput(run.directory);
  t.same(await Promise.all(accepted.map(async (each) => await each.delivered())), [true, true, true, true]);
  t.same(await waitForExit(handle, run.directory), { exitCode: 0, reason: 'exited' });
  t.equal(await contents(run.paths.out), createHash('sha256').update(Buffer.concat(messages)).digest('hex'));
});

void t.test('an agent that never reads holds nobody up', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'exec sleep 1000000');
  const accepted = [];
  for (let i = 0; i < 8; i++) accepted.push(await writeInput(run.directory, Buffer.alloc(1024 * 1024, 'x')));
  await closeInput(run.directory);
  // Eight blocking writes would hold all four threads that files and names are read with.
  await promisify(execFile)('true');
  t.same(await resumeInput(run.directory), [1, 2, 3, 4, 5, 6, 7, 8]);
  const abort = new AbortController();
  const given = Promise.all(accepted.map(async (each) => await each.delivered(abort.signal)));
  abort.abort(new Error('enough'));
  await t.rejects(given, { message: 'enough' });
  const pending = accepted.map(async (each) => await each.delivered());
  t.same(await sweepRun(run.runId, handle), []);
  t.same(
    await Promise.all(pending),
    Array.from({ length: 8 }, () => false),
    'the run is gone',
  );
});

void t.test('an agent that closes its input or ends', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'read -r line; echo "$line"; exec <&-; echo closed; exec sleep 1000000');
  t.equal(await (await writeInput(run.directory, 'one\n')).delivered(), true);
  await lineOf(run.paths.out, (line) => line === 'closed');
  t.equal(await (await writeInput(run.directory, 'two\n')).delivered(), false);
  await sweepRun(run.runId, handle);

  const ended = await newRun(t);
  await waitForExit(await launchScript(ended, 'exit 0'), ended.directory);
  await t.rejects(writeInput(ended.directory, 'x\n'), { code: 'AGENT_INPUT_CLOSED' });
});

void t.test('nothing is taken after the end of the input, and what was taken is handed over first', async (t) => {
  const run = await newRun(t);
  await writeInput(run.directory, 'before the launch\n');
  const handle = await launchScript(run, 'cat; echo end');
  await writeInput(run.directory, 'after it\n');
  await closeInput(run.directory);
  await closeInput(run.directory);
  await t.rejects(writeInput(run.directory, 'late\n'), { code: 'AGENT_INPUT_CLOSED' });
  t.same(await waitForExit(handle, run.directory), { exitCode: 0, reason: 'exited' });
  t.equal(await contents(run.paths.out), 'before the launch\nafter it\nend\n');
});

void t.test('a message that was stored by a daemon which died before it rang', async (t) => {
  const run = await newRun(t);
  const handle = await launchScript(run, 'cat');
  t.equal(await (await writeInput(run.directory, 'one\n')).delivered(), true);
  await writeFile(join(run.paths.messages, '000002.msg'), 'two\n');
  await writeFile(join(run.paths.messages, '.half-written.tmp'), 'torn');
  for (let i = 0; i < 20; i++) await resumeInput(run.directory);
  t.equal((await writeInput(run.directory, 'three\n')).sequence, 3);
  await closeInput(run.directory);
  await waitForExit(handle, run.directory);
  t.equal(await contents(run.paths.out), 'one\ntwo\nthree\n', 'each once');
  t.same((await readdir(run.paths.messages)).filter((name) => name.startsWith('0')).sort(), ['000001.done', '000002.done', '000003.done']);
});

void t.test('what has an id is taken once, whoever repeats it and whenever', async (t) => {
  const run = await newRun(t);
  const first = await writeInput(run.directory, 'allow\n', '../../a b');
  t.equal(first.repeated, false);
  await writeInput(run.directory, 'another\n', 'c');
  const waiting = await writeInput(run.directory, 'deny\n', '../../a b');
  t.match(waiting, { sequence: first.sequence, repeated: true }, 'while it waits');
  const handle = await launchScript(run, 'cat');
  t.equal(await waiting.delivered(), true, 'who repeats it hears of the first');
  t.match(await writeInput(run.directory, 'deny\n', '../../a b'), { sequence: first.sequence, repeated: true }, 'when the agent has it');
  await closeInput(run.directory);
  await waitForExit(handle, run.directory);
  t.match(await writeInput(run.directory, 'deny\n', '../../a b'), { repeated: true }, 'when the agent has ended');
  await t.rejects(writeInput(run.directory, 'late\n', 'd'), { code: 'AGENT_INPUT_CLOSED' });
  t.equal(await contents(run.paths.out), 'allow\nanother\n');
});

void t.test('what waits is bounded', async (t) => {
  const run = await newRun(t);
  await t.rejects(writeInput(run.directory, Buffer.alloc(maxMessageBytes + 1)), { code: 'BODY_TOO_LARGE' });
  await writeInput(run.directory, 'x');
  await truncate(join(run.paths.messages, '000001.msg'), maxWaitingBytes - 1);
  t.equal((await writeInput(run.directory, 'y')).sequence, 2);
  await t.rejects(writeInput(run.directory, 'z'), { code: 'BODY_TOO_LARGE', message: /wait for the agent/ });
});

void t.test('after a restart the bell is rung for what waits, and nobody is woken for nothing', async (t) => {
  const { directory, paths } = await newRun(t);
  const bell = openSync(paths.bell, constants.O_RDWR | constants.O_NONBLOCK);
  t.teardown(() => closeSync(bell));
  const rings = (): number => {
    try {
      return readSync(bell, Buffer.alloc(64));
    } catch {
      return 0; // EAGAIN
    }
  };
  await writeFile(join(paths.messages, '000001.done'), 'one\n');
  await resumeInput(directory);
  t.equal(rings(), 0);
  await writeFile(join(paths.messages, '000002.msg'), 'two\n');
  await resumeInput(directory);
  t.equal(rings(), 1, 'a message');
  await rename(join(paths.messages, '000002.msg'), join(paths.messages, '000002.done'));
  await writeFile(paths.close, '');
  await resumeInput(directory);
  t.equal(rings(), 1, 'the end');
  t.same(await resumeInput(join(directory, 'none')), []);
});
