/**
 * node bench/peers/run.ts [NAME…]: makima beside what a user would pick instead; see README.md. The packages are installed from the
 * registry into ~/.cache/makima-bench, or where BENCH_PEERS says. BENCH_PEERS_ROUNDS is how often each is measured, 3 without it. Linux only.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { median } from '../measure.ts';
import { type Figures, measureMakima, measurePeer, restMs } from './measure-one.ts';
import { peers, type Peer } from './peers.ts';
import { whyOf } from './waiting.ts';

const cache = process.env['BENCH_PEERS'] ?? join(homedir(), '.cache', 'makima-bench');
const rounds = Number(process.env['BENCH_PEERS_ROUNDS'] ?? 3);
const installMs = 5 * 60_000;

/** @returns the directory of its commands */
const install = ({ package: name, version }: Peer): string => {
  const directory = join(cache, `${name}-${version}`);
  const installed = join(directory, 'node_modules', '.bin');
  const complete = join(directory, 'installed');
  if (existsSync(complete)) return installed;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `${name}@${version}`], {
    cwd: directory,
    stdio: ['ignore', 2, 'inherit'],
    timeout: installMs,
  });
  writeFileSync(complete, '');
  return installed;
};

interface Candidate {
  name: string;
  how: string;
  once: () => Promise<Figures>;
  figures: Figures[];
  /** Of rounds that gave none. */
  failures: string[];
}

const candidate = (name: string, how: string, once: () => Promise<Figures>): Candidate => ({ name, how, once, figures: [], failures: [] });

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

const worktreeCell = (figures: readonly Figures[]): string => {
  const times = figures.map(({ worktreeMs }) => worktreeMs);
  const measured = times.filter((time) => typeof time === 'number');
  const why = times.find((time) => typeof time === 'string');
  if (measured.length === 0) return why ?? '';
  return seconds(median(measured)) + (why === undefined ? '' : ` (${measured.length} of ${times.length} rounds: ${why})`);
};

const rowOf = ({ name, how, figures, failures }: Candidate): string => {
  const why = failures[0];
  if (figures.length === 0) return `| ${name} | ${why ?? ''} | | | |`;
  const of = (pick: (figures: Figures) => number): number => median(figures.map(pick));
  const ready = seconds(of(({ readyMs }) => readyMs)) + (why === undefined ? '' : ` (${figures.length} of ${rounds} rounds: ${why})`);
  const memory = `${Math.round(of((each) => each.memory.rss))} MB (${Math.round(of((each) => each.memory.pss))})`;
  return `| ${name} | ${ready} | ${memory} | ${worktreeCell(figures)} | ${how} |`;
};

const chosen = process.argv.slice(2);
const known = ['makima', ...peers.map((peer) => peer.package)];
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(1);
}
const isChosen = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
const candidates: Candidate[] = [];
if (isChosen('makima')) {
  candidates.push(candidate('makima', 'a task created and started, until its agent runs', measureMakima));
}
for (const peer of peers.filter((each) => isChosen(each.package))) {
  const name = `${peer.package} ${peer.version}`;
  try {
    const installed = install(peer);
    candidates.push(candidate(name, peer.worktree?.how ?? '', () => measurePeer(peer, installed)));
  } catch (error) {
    candidates.push({
      ...candidate(name, '', () => Promise.reject(new Error('not installed'))),
      failures: [`not installed: ${whyOf(error)}`],
    });
  }
}
// In turn, so that whatever else the machine does meets all of them.
for (let round = 1; round <= rounds; round += 1) {
  for (const each of candidates.filter(({ figures, failures }) => failures.length === 0 || figures.length > 0)) {
    try {
      each.figures.push(await each.once());
    } catch (error) {
      each.failures.push(whyOf(error));
    }
    process.stderr.write(`round ${round}: ${rowOf(each)}\n`);
  }
}
process.stdout.write(
  `Medians of ${rounds}, on loopback. Memory is the RSS of all its processes (in brackets the PSS), ${restMs / 1000} s after it was ready.\n\n` +
    '| what | ready | memory at rest | a session in a worktree of its own | how |\n| --- | --- | --- | --- | --- |\n' +
    `${candidates.map(rowOf).join('\n')}\n`,
);
process.exit(candidates.some(({ figures }) => figures.length === 0) ? 1 : 0);
