/**
 * git commands from a process of its own: of the size of a daemon, by the daemon's own way of running git, or small, by a bare spawn.
 * It prints what each command took, in milliseconds.
 *
 *     git-caller.ts ours|bare GIT_DIRECTORY COUNT MODULE
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const [way, gitDir = '', count = '0', module = ''] = process.argv.slice(2);
const args = ['rev-parse', '--verify', 'HEAD'];
const megabytes = way === 'ours' ? 150 : 0;
const held = Array.from({ length: megabytes }, () => Buffer.alloc(1024 * 1024, 1));

const bare = async (): Promise<void> => {
  const child = spawn('git', args, { cwd: gitDir, env: { ...process.env, GIT_DIR: gitDir }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  child.stderr.resume();
  await once(child, 'close');
};

const git: unknown = way === 'ours' ? Reflect.get(Object(await import(module)), 'git') : bare;
if (typeof git !== 'function') throw new Error(`${module} exports no git`);
const command = async (): Promise<void> => {
  await Reflect.apply(git, undefined, [args, { gitDir }]);
};

const work = async (all: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> => {
  const [before, begun] = [process.cpuUsage(), performance.now()];
  await all();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - begun) / Number(count), cpu: (user + system) / 1000 / Number(count) };
};

for (let n = 0; n < 10; n += 1) await command();
const after = await work(async () => {
  for (let n = 0; n < Number(count); n += 1) await command();
});
const beside = await work(() => Promise.all(Array.from({ length: Number(count) }, command)));
process.stdout.write(JSON.stringify({ after, beside, held: held.length }));
