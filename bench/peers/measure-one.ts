/** One round of one of those that are compared: a fresh home, a small repository, an agent that stands in for claude. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { agentPath, field, startDaemon } from '../daemon.ts';
import { timed } from '../measure.ts';
import type { Peer, Place } from './peers.ts';
import { end, inScratch, type Memory, memoryOf, start } from './processes.ts';
import { Hopeless, until, whyOf } from './waiting.ts';

export const restMs = 5000;

export interface Figures {
  readyMs: number;
  memory: Memory;
  /** A text says why there is no figure. */
  worktreeMs: number | string;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const makeRepository = (root: string): string => {
  const repository = join(root, 'repository');
  mkdirSync(repository);
  writeFileSync(join(repository, 'README.md'), 'hello\n');
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@localhost', ...args], { cwd: repository });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  return realpathSync(repository);
};

/** Says where it runs, and waits. */
const makeAgent = (directory: string, mark: string): void => {
  mkdirSync(directory);
  writeFileSync(
    join(directory, 'claude'),
    `#!/bin/sh\ncase "$*" in *--version*) echo 2.1.330; exit ;; esac\npwd > '${mark}'\nexec sleep 600\n`,
  );
  chmodSync(join(directory, 'claude'), 0o755);
};

/** A failure here leaves the other figures standing. */
const timeOrWhy = async (work: () => Promise<unknown>): Promise<number | string> => {
  try {
    return await timed(work);
  } catch (error) {
    return whyOf(error);
  }
};

export const measurePeer = (peer: Peer, installed: string): Promise<Figures> =>
  inScratch(async (scratch) => {
    const root = scratch.directory;
    const mark = join(root, 'mark');
    for (const name of ['home', 'tmp']) mkdirSync(join(root, name));
    makeAgent(join(root, 'bin'), mark);
    const env = {
      PATH: [join(root, 'bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      HOME: join(root, 'home'),
      TMPDIR: join(root, 'tmp'),
      LANG: 'C.UTF-8',
      ...scratch.mark,
    };
    const port = await freePort();
    const repository = makeRepository(root);
    const place: Place = { url: `http://127.0.0.1:${port}`, port, command: join(installed, peer.command), repository, env, mark };
    const begun = performance.now();
    const server = start(place.command, peer.args(place), { cwd: repository, env });
    try {
      await until(async () => {
        if (server.exitCode !== null) throw new Hopeless(`it ended with ${server.exitCode} before it served`);
        const answer = await fetch(place.url + peer.ready, { redirect: 'manual', signal: AbortSignal.timeout(2000) });
        await answer.body?.cancel();
        return answer.status < 500;
      }, 'ready');
      const readyMs = performance.now() - begun;
      await delay(restMs);
      const memory = memoryOf(scratch);
      const { worktree } = peer;
      return { readyMs, memory, worktreeMs: worktree === null ? 'has none' : await timeOrWhy(() => worktree.work(place)) };
    } finally {
      await end(server);
    }
  });

export const measureMakima = (): Promise<Figures> =>
  inScratch(async (scratch) => {
    const repositoryUrl = makeRepository(scratch.directory);
    const daemon = await startDaemon(join(scratch.directory, 'home'), agentPath('waits'), scratch.mark);
    try {
      await delay(restMs);
      const memory = memoryOf(scratch);
      const worktreeMs = await timeOrWhy(async () => {
        const id = field(await daemon.call('POST', '/tasks', { name: 'bench', plan: 'wait', repositoryUrl }), 'id');
        await daemon.call('POST', `/tasks/${id}/start`);
        await until(async () => {
          const status = field(await daemon.call('GET', `/tasks/${id}`), 'status');
          if (status === 'running') return true;
          if (status === 'failed') throw new Hopeless('the task failed');
          return false;
        }, 'the task runs');
      });
      return { readyMs: daemon.readyMs, memory, worktreeMs };
    } finally {
      await daemon.stop();
    }
  });
