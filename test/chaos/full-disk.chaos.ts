/** Runs on a disk that is really full: a file system of a few hundred KiB in memory, which only root can mount, on Linux. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { platform } from '../../src/process/platform/index.ts';
import { isAlive, scratch, startDaemon, type Refusal, type TestDaemon } from '../support/daemon.ts';

const skip = process.platform !== 'linux' || process.getuid?.() !== 0 ? 'only root can mount a small disk, on Linux' : false;
const quick = { interruptGraceMs: 200, terminateGraceMs: 200, exitGraceMs: 300 };

interface SmallDisk {
  runs: string;
  /** Takes all the space that is left. */
  fill(): void;
  free(): void;
}

/** The directory of the runs of a home on a disk of its own. */
const smallDisk = (t: Test, home: string): SmallDisk => {
  const runs = join(home, 'runs');
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=700', 'tmpfs', runs]);
  t.teardown(() => execFileSync('umount', ['--lazy', runs]));
  const filler = join(runs, 'filler');
  return {
    runs,
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (;;) writeSync(file, Buffer.alloc(4096));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler),
  };
};

const start = async (t: Test, agent: string): Promise<{ daemon: TestDaemon; disk: SmallDisk }> => {
  const home = scratch(t);
  const disk = smallDisk(t, home);
  return { disk, daemon: await startDaemon(t, agent, { MAKIMA_HOME: home }, quick) };
};
const spoke = (event: TaskEvent): boolean => event.type === 'output' && event.jsonType === 'assistant';

void t.test('a run that has no room fails with the reason and leaves nothing; with room it is done', { skip }, async (t) => {
  const { daemon, disk } = await start(t, 'counts');
  disk.fill();
  const { id } = await daemon.start({ plan: 'COUNT: 3' });
  t.match(await daemon.ended(id), { status: 'failed', errorMessage: /no space left/i });
  t.same(readdirSync(disk.runs), ['filler']);
  disk.free();
  t.equal((await daemon.call('POST', `/tasks/${id}/start`)).status, 202);
  t.equal((await daemon.ended(id)).status, 'done');
});

void t.test('a message for which there is no room is refused, and the agent never has it; the next one it has', { skip }, async (t) => {
  const { daemon, disk } = await start(t, 'forever');
  const { id } = await daemon.start({});
  await daemon.until(id, spoke);
  disk.fill();
  t.match(await daemon.call<Refusal>('POST', `/tasks/${id}/messages`, { message: 'no room for this' }), {
    status: 507,
    body: { code: 'DISK_FULL' },
  });
  disk.free();
  t.match(await daemon.call('POST', `/tasks/${id}/messages`, { message: 'room for this' }), { status: 202, body: { delivered: true } });
  const [run = ''] = readdirSync(disk.runs);
  const messages = readdirSync(join(disk.runs, run, 'messages')).filter((name) => /\.(?:msg|done)$/.test(name));
  const told = messages.map((name) => readFileSync(join(disk.runs, run, 'messages', name), 'utf8')).join('');
  t.match(told, 'room for this');
  t.notMatch(told, 'no room for this');
  t.equal((await daemon.stopped(id, { graceful: false })).status, 'interrupted');
  await daemon.close();
  t.same(readdirSync(disk.runs), []);
});

void t.test('how an agent ended while there was no room for it is known when there is', { skip }, async (t) => {
  const { daemon, disk } = await start(t, 'forever');
  const { id } = await daemon.start({});
  await daemon.until(id, spoke);
  const [run = ''] = readdirSync(disk.runs);
  const processes = (await platform.table('MAKIMA_RUN_ID')).filter(({ marks }) => marks.includes(run));
  const agent = processes.find(
    ({ pid }) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('agents/forever') &&
      !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('wrapper.sh'),
  );
  disk.fill();
  process.kill(agent?.pid ?? 0, 'SIGKILL');
  while (isAlive(agent?.pid ?? 0)) await new Promise((resolve) => setImmediate(resolve));
  t.equal((await daemon.call('GET', `/tasks/${id}`)).body.status, 'running', 'nobody knows yet how it ended');
  disk.free();
  t.match(await daemon.ended(id), { status: 'failed', exitCode: 137 });
  await daemon.close();
  t.same(readdirSync(disk.runs), []);
});
