/**
 * node bench/peers/run.ts [NAME…]: makima beside what a user would pick instead, each with a fresh home and a small repository, on
 * loopback: when it is ready, the memory it takes at rest, and how long a session in a worktree of its own takes. The packages
 * are installed from the registry into ~/.cache/makima-bench, or where MAKIMA_PEERS says. Linux only.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { agentPath, field, inScratch, startDaemon } from '../daemon.ts';
import { median, timed } from '../measure.ts';
import { peers, type Peer, type Place } from './peers.ts';
import { end, type Memory, memoryOf, start } from './processes.ts';

const cache = process.env['MAKIMA_PEERS'] ?? join(homedir(), '.cache', 'makima-bench');
const rounds = Number(process.env['MAKIMA_PEERS_ROUNDS'] ?? 3);
const restMs = 5000;
const patienceMs = 60_000;

interface Figures {
  readyMs: number;
  memory: Memory;
  /** null where there is no such thing. */
  worktreeMs: number | null;
}

const install = ({ package: name, version }: Peer): string => {
  const directory = join(cache, `${name}-${version}`);
  const installed = join(directory, 'node_modules', '.bin');
  if (existsSync(installed)) return installed;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `${name}@${version}`], { cwd: directory, stdio: ['ignore', 2, 'inherit'] });
  return installed;
};

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

/** Stands in for claude: says where it runs, and waits. */
const makeAgent = (directory: string, mark: string): void => {
  mkdirSync(directory);
  writeFileSync(
    join(directory, 'claude'),
    `#!/bin/sh\ncase "$*" in *--version*) echo 2.1.330; exit ;; esac\npwd > '${mark}'\nexec sleep 600\n`,
  );
  chmodSync(join(directory, 'claude'), 0o755);
};

const until = async (isSo: () => Promise<boolean>, what: string): Promise<void> => {
  const last = performance.now() + patienceMs;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > last) throw new Error(`${what}: not within ${patienceMs / 1000} s`);
    await delay(10);
  }
};

const measurePeer = (peer: Peer, installed: string): Promise<Figures> =>
  inScratch(async (root) => {
    const home = join(root, 'home');
    mkdirSync(home);
    const mark = join(root, 'mark');
    makeAgent(join(root, 'bin'), mark);
    const env = {
      PATH: [join(root, 'bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      HOME: home,
      LANG: 'C.UTF-8',
    };
    const port = await freePort();
    const place: Place = {
      url: `http://127.0.0.1:${port}`,
      port,
      command: join(installed, peer.command),
      repository: makeRepository(root),
      env,
      mark,
    };
    const begun = performance.now();
    const server = start(place.command, peer.args(place), { cwd: place.repository, env });
    try {
      await until(
        async () => (await fetch(place.url + peer.ready, { redirect: 'manual', signal: AbortSignal.timeout(2000) })).status > 0,
        peer.package,
      );
      const readyMs = performance.now() - begun;
      await delay(restMs);
      const memory = memoryOf(server.pid ?? 0);
      const { worktree } = peer;
      return { readyMs, memory, worktreeMs: worktree === null ? null : await timed(() => worktree.work(place)) };
    } finally {
      await end(server);
    }
  });

const measureMakima = (): Promise<Figures> =>
  inScratch(async (root) => {
    const repositoryUrl = makeRepository(root);
    const daemon = await startDaemon(join(root, 'home'), agentPath('waits'));
    try {
      await delay(restMs);
      const memory = memoryOf(daemon.pid);
      let id = '';
      const worktreeMs = await timed(async () => {
        id = field(await daemon.call('POST', '/tasks', { name: 'bench', plan: 'wait', repositoryUrl }), 'id');
        await daemon.call('POST', `/tasks/${id}/start`);
        await until(async () => field(await daemon.call('GET', `/tasks/${id}`), 'status') === 'running', 'makima');
      });
      await daemon.call('POST', `/tasks/${id}/stop`, {});
      await until(async () => field(await daemon.call('GET', `/tasks/${id}`), 'status') !== 'running', 'makima');
      return { readyMs: daemon.readyMs, memory, worktreeMs };
    } finally {
      await daemon.stop();
    }
  });

const measure = async (name: string, how: string, once: () => Promise<Figures>): Promise<void> => {
  const all: Figures[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) all.push(await once());
    const of = (pick: (figures: Figures) => number): number => median(all.map(pick));
    const worktree = all[0]?.worktreeMs === null ? 'has none' : `${(of(({ worktreeMs }) => worktreeMs ?? NaN) / 1000).toFixed(2)} s`;
    const memory = `${Math.round(of((figures) => figures.memory.rss))} MB (${Math.round(of((figures) => figures.memory.pss))})`;
    process.stdout.write(`| ${name} | ${(of(({ readyMs }) => readyMs) / 1000).toFixed(2)} s | ${memory} | ${worktree} | ${how} |\n`);
  } catch (error) {
    process.stdout.write(`| ${name} | could not be measured: ${error instanceof Error ? error.message : String(error)} | | | |\n`);
  }
};

const chosen = process.argv.slice(2);
process.stdout.write(
  `Medians of ${rounds}, on loopback. Memory is the RSS of all its processes (in brackets the PSS), ${restMs / 1000} s after it was ready.\n\n| what | ready | memory at rest | a session in a worktree of its own | how |\n| --- | --- | --- | --- | --- |\n`,
);
if (chosen.length === 0 || chosen.includes('makima'))
  await measure('makima', 'a task created and started, until its agent runs', measureMakima);
for (const peer of peers.filter((each) => chosen.length === 0 || chosen.includes(each.package))) {
  const installed = install(peer);
  await measure(`${peer.package} ${peer.version}`, peer.worktree?.how ?? '', () => measurePeer(peer, installed));
}
