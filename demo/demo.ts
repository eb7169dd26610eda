/**
 * The README's tour with a scripted agent and no account: a daemon on a home of its own, a repository made for it, the
 * very commands of the README, and nothing left behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { readTour } from './tour.ts';

const root = join(import.meta.dirname, '..');
const scratch = await mkdtemp(join(tmpdir(), 'makima-demo-'));
const home = join(scratch, 'home');
const repository = join(scratch, 'my-project');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A text as one word of a shell's. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Shows blocks of commands as a user types them, and runs them, all in one shell. @throws Error where one ends it */
const show = async (blocks: readonly string[]): Promise<void> => {
  const script = blocks
    .map((block) => `printf '\n%s' ${quote(block.replace(/^(?! )/gm, '$ ').replace(/^\$ $/gm, ''))}\n${block}`)
    .join('\n');
  await execa('bash', ['-c', script], { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' });
};

const identity = {
  GIT_AUTHOR_NAME: 'Demo',
  GIT_AUTHOR_EMAIL: 'demo@localhost',
  GIT_COMMITTER_NAME: 'Demo',
  GIT_COMMITTER_EMAIL: 'demo@localhost',
};
await execa('git', ['init', '-q', '-b', 'main', repository]);
await writeFile(join(repository, 'README.md'), '# My project\n');
await execa('git', ['-C', repository, 'add', 'README.md']);
await execa('git', ['-C', repository, 'commit', '-q', '-m', 'First commit'], { env: identity });

say(`A daemon with a scripted agent, and a repository of its own, in ${scratch}`);
const daemon = spawn(process.execPath, [join(root, 'bin', 'makima.cjs'), 'serve'], {
  env: {
    ...process.env,
    MAKIMA_HOME: home,
    MAKIMA_PORT: '0',
    MAKIMA_CLAUDE_COMMAND: process.execPath,
    MAKIMA_CLAUDE_PRE_ARGS: JSON.stringify([join(root, 'demo', 'agent.js')]),
    MAKIMA_LOG_LEVEL: 'warn',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(daemon, 'exit');
try {
  say('\n$ npm start');
  for await (const line of createInterface({ input: daemon.stdout })) {
    say(line);
    if (line.startsWith('API documentation')) break;
  }
  const { url } = JSON.parse(await readFile(join(home, 'daemon.json'), 'utf8'));
  const assignments = [`API=${url}/api/v1/mesh`, `TOKEN=$(cat ${quote(join(home, 'token'))})`, `REPO=${quote(repository)}`, ''].join('\n');
  await show([assignments, ...readTour().blocks, 'git -C $REPO status --short --branch\n']);
  say('\nThe patch that you applied is all that has changed there.');
} finally {
  daemon.kill('SIGTERM');
  await ended;
  await rm(scratch, { recursive: true, force: true });
}
say('\nNow with a real agent: npm start, and the same commands.');
