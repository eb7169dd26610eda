import t from 'tap';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { MakimaError } from '../../src/errors.ts';
import { all, append, collect, contents, end, line, open, status, taskId } from './helpers.ts';

const id = taskId(1);

void t.test('what was appended is read back as it was, and stands in the file as wire JSON', async (t) => {
  const directory = t.testdir();
  const log = open(directory);
  t.teardown(() => log.close());
  const hard = 'tab\there, newline\nhere, \r, \u2028, quote ", \u0000, 日本語, lone \ud800 surrogate';
  const events = append(log, id, [line('one'), line(hard)]);
  t.equal(events.length, 2);
  const [first] = events;
  t.same(first, { id: first?.id, taskId: id, type: 'output', at: '2026-01-02T03:04:05.678Z', stream: 'stdout', content: 'one' });
  const lines = readFileSync(join(directory, `${id}.log`), 'utf8').split('\n');
  t.equal(lines.length, 3, 'a line each and the end');
  t.ok(lines[0]?.startsWith(`{"id":${first?.id},"taskId":"${id}","type":"output","at":"2026-01-02T03:04:05.678Z",`));
  const read = await collect(log.read(id, all));
  t.same(
    read.map(({ event }) => event),
    events,
  );
  for (const { json, event } of read) t.same(JSON.parse(json), event);
});

void t.test('ids grow over tasks and restarts, also where the clock was set back', (t) => {
  const directory = t.testdir();
  let highest = 0;
  for (const year of [2030, 2026, 1999]) {
    const log = open(directory, { now: () => new Date(Date.UTC(year, 0)) });
    for (let n = 0; n < 30; n++) {
      const [event] = append(log, taskId(n % 3), [line('x')]);
      if (event === undefined) throw new Error('nothing appended');
      t.ok(event.id > highest, 'larger than all before');
      highest = event.id;
    }
    // No close in one round: that is a kill.
    if (year !== 2026) log.close();
  }
  t.end();
});

void t.test('ids grow where their file is lost, damaged or behind a batch larger than a block', (t) => {
  const directory = t.testdir();
  let log = open(directory);
  const [big] = append(
    log,
    id,
    Array.from({ length: 12_345 }, () => line('x')),
  ).slice(-1);
  log.close();
  for (const harm of [() => unlinkSync(join(directory, 'ids')), () => writeFileSync(join(directory, 'ids'), '12')]) {
    harm();
    const before = big?.id ?? 0;
    log = open(directory);
    const [event] = append(log, taskId(2), [line('y')]);
    t.ok((event?.id ?? 0) > before);
    log.close();
  }
  t.end();
});

void t.test('the position is merged and kept by the last record, over restarts and events without one', (t) => {
  const directory = t.testdir();
  let log = open(directory);
  t.equal(log.position(id), null);
  t.equal(log.last(id), null);
  log.append(id, [line('a')]);
  t.equal(log.position(id), null);
  log.append(id, [line('b'), line('c')], { run: 'r1', out: 10 });
  t.same(log.position(id), { run: 'r1', out: 10, err: 0, outbox: 0 });
  log.append(id, [status('queued', 'running')], { outbox: 7 });
  log.append(id, [line('d')]);
  const expected = { run: 'r1', out: 10, err: 0, outbox: 7 };
  t.same(log.position(id), expected);
  log.close();
  log = open(directory);
  t.teardown(() => log.close());
  t.same(log.position(id), expected);
  t.match(log.last(id), { type: 'output', ended: false, status: 'running' });
  log.append(id, [status('running', 'done'), end]);
  log.append(id, [line('a note after the end')]);
  t.match(log.last(id), { type: 'output', ended: true, status: 'done' });
  log.append(id, [status('done', 'queued')]);
  t.match(log.last(id), { type: 'status', ended: false, status: 'queued' });
  t.end();
});

void t.test('a last record that is torn at any byte is cut off and those before it stay', async (t) => {
  const directory = t.testdir();
  const path = join(directory, `${id}.log`);
  let log = open(directory);
  log.append(id, [line('first')], { out: 1 });
  log.append(id, [line('second')], { out: 2 });
  const whole = statSync(path).size;
  log.append(id, [line('third: ünï')], { out: 3 });
  log.close();
  const bytes = readFileSync(path);
  for (let size = whole; size < bytes.length; size++) {
    writeFileSync(path, bytes.subarray(0, size));
    log = open(directory);
    t.same(log.position(id), { run: '', out: 2, err: 0, outbox: 0 }, `cut at ${size - whole}`);
    t.same(contents(await collect(log.read(id, all))), ['first', 'second']);
    log.append(id, [line('again')], { out: 4 });
    log.close();
    log = open(directory);
    t.same(contents(await collect(log.read(id, all))), ['first', 'second', 'again']);
    t.equal(log.position(id)?.out, 4);
    log.close();
  }
});

void t.test('a batch that is cut anywhere never happened', async (t) => {
  const directory = t.testdir();
  const path = join(directory, `${id}.log`);
  let log = open(directory);
  log.append(id, [line('first')], { out: 1 });
  const whole = statSync(path).size;
  log.append(id, [line('a'), line('b'), line('c'), line('d')], { out: 5 });
  log.close();
  const bytes = readFileSync(path);
  for (let size = whole; size < bytes.length; size++) {
    writeFileSync(path, bytes.subarray(0, size));
    log = open(directory);
    t.equal(log.position(id)?.out, 1);
    t.same(contents(await collect(log.read(id, all))), ['first']);
    log.close();
  }
  writeFileSync(path, bytes);
  log = open(directory);
  t.equal(log.position(id)?.out, 5);
  t.same(contents(await collect(log.read(id, all))), ['first', 'a', 'b', 'c', 'd']);
  log.close();
});

void t.test('garbage at the end is cut off, whatever it is', async (t) => {
  const directory = t.testdir();
  const path = join(directory, `${id}.log`);
  const warnings: string[] = [];
  for (const garbage of [
    '\n\n\n',
    '{"id":1}\n',
    `{"id":99,"taskId":"${id}","type":"output"\n`,
    '\0'.repeat(200_000),
    `{"id":9,"taskId":"${id}","type":"output"}\t{"position":1}\n`,
  ]) {
    let log = open(directory);
    log.append(id, [line('good')], { out: 1 });
    log.close();
    appendFileSync(path, garbage);
    log = open(directory, { warn: (message) => warnings.push(message) });
    t.same(contents(await collect(log.read(id, all))), ['good']);
    log.append(id, [line('!')]);
    t.equal(statSync(path).size, log.size(id), 'nothing of it is left behind a shorter record');
    log.close();
    rmSync(path);
  }
  t.equal(warnings.length, 5, 'and told of');
  writeFileSync(path, 'no record at all');
  const log = open(directory);
  t.equal(log.last(id), null);
  log.append(id, [line('good')]);
  t.same(contents(await collect(log.read(id, all))), ['good']);
  log.close();
});

void t.test('a write that fails or is short leaves nothing, says so, and the next one succeeds', async (t) => {
  const directory = t.testdir();
  const path = join(directory, `${id}.log`);
  let room = Infinity;
  const log = open(directory, {
    write: (fd, bytes, offset, length, position) => {
      if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      const count = writeSync(fd, bytes, offset, Math.min(length, room), position);
      room -= count;
      return count;
    },
  });
  t.teardown(() => log.close());
  const [before] = append(log, id, [line('before')], { out: 1 });
  const size = statSync(path).size;
  for (const left of [0, 1, 50, 100]) {
    room = left;
    try {
      log.append(id, [line('lost'), line('x'.repeat(100))], { out: 2 });
      t.fail('took it');
    } catch (error) {
      t.ok(error instanceof MakimaError && error.code === 'DISK_FULL' && error.statusCode === 507);
    }
    t.equal(statSync(path).size, size, 'no half record');
    t.equal(log.position(id)?.out, 1);
    t.same(log.last(id)?.id, before?.id);
  }
  room = Infinity;
  log.append(id, [line('after')], { out: 2 });
  t.same(contents(await collect(log.read(id, all))), ['before', 'after']);
});

void t.test('a file that may grow no further, in a process with a real limit', async (t) => {
  const directory = t.testdir();
  const program = `
    import { openEventLog } from ${JSON.stringify(join(import.meta.dirname, '../../src/events/event-log.ts'))};
    const log = openEventLog({ directory: ${JSON.stringify(directory)}, now: () => new Date() });
    let taken = 0;
    for (let n = 0; n < 100; n++) {
      try { log.append('${id}', [{ type: 'output', stream: 'stdout', content: 'x'.repeat(1000) + n }]); taken++; }
      catch (error) { console.log(JSON.stringify({ taken, code: error.code })); break; }
    }`;
  // The limit's unit is 512 bytes or 1024, as the shell likes it; both are reached.
  const printed = execFileSync('sh', ['-c', 'ulimit -f 16; exec "$0" --input-type=module-typescript -e "$1"', process.execPath, program], {
    encoding: 'utf8',
  });
  const match = /^\{"taken":(\d+),"code":"DISK_FULL"\}$/m.exec(printed);
  t.ok(match, printed);
  const taken = Number(match?.[1]);
  t.ok(taken > 0 && taken < 100);
  const log = open(directory);
  t.teardown(() => log.close());
  t.same(
    contents(await collect(log.read(id, all))),
    Array.from({ length: taken }, (_, n) => `${'x'.repeat(1000)}${n}`),
  );
  log.append(id, [line('goes on')]);
  t.equal((await collect(log.read(id, all))).length, taken + 1);
});

void t.test('a process that is killed loses nothing that append returned from', async (t) => {
  const directory = t.testdir();
  const program = `
    import { openEventLog } from ${JSON.stringify(join(import.meta.dirname, '../../src/events/event-log.ts'))};
    const log = openEventLog({ directory: ${JSON.stringify(directory)}, now: () => new Date() });
    for (let n = 0; n < 500; n++) log.append('${id}', [{ type: 'output', stream: 'stdout', content: String(n) }], { out: n });
    process.kill(process.pid, 'SIGKILL');`;
  t.equal(spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program]).signal, 'SIGKILL');
  const log = open(directory);
  t.teardown(() => log.close());
  t.same(
    contents(await collect(log.read(id, all))),
    Array.from({ length: 500 }, (_, n) => String(n)),
  );
  t.equal(log.position(id)?.out, 499);
});

void t.test('thousands of tasks hold few descriptors', async (t) => {
  const directory = t.testdir();
  const log = open(directory, { maxOpenFiles: 8 });
  t.teardown(() => log.close());
  const descriptors = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);
  const before = descriptors();
  for (let round = 0; round < 2; round++) for (let n = 0; n < 1000; n++) log.append(taskId(n), [line(String(round))]);
  t.ok(descriptors() <= before + 8);
  t.same(contents(await collect(log.read(taskId(0), all))), ['0', '1']);
  t.equal(log.sizes().length, 1000);
  t.equal(log.sizes().find((each) => each.taskId === taskId(3))?.bytes, statSync(join(directory, `${taskId(3)}.log`)).size);
});

void t.test('a closed log and a bad task id are refused', (t) => {
  const directory = t.testdir();
  const log = open(directory);
  t.throws(() => log.append('../../etc/passwd', [line('x')]), { code: 'TASK_NOT_FOUND' });
  t.same(append(log, id, []), []);
  log.close();
  t.throws(() => log.append(id, [line('x')]), { code: 'NOT_READY' });
  t.same(readdirSync(directory), []);
  t.end();
});
