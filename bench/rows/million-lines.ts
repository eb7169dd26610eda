import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inScratch, type BenchDaemon } from '../daemon.ts';
import { bareFlood, floodingDaemon, openReader, startFlooder, watchFlood, type Reader } from '../flood.ts';
import { median } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

const million = process.env['BENCH_MILLION'] !== undefined;
const megabyte = 1024 * 1024;

const secondsOf = (reader: Reader): number => (reader.overAt() - reader.firstAt()) / 1000;

/** `tail -f` of the file that the agent writes. */
const bareTail = async (directory: string, lines: number, round: number): Promise<number> => {
  const file = join(directory, `bare-${round}`);
  closeSync(openSync(file, 'w'));
  const tail = spawn('tail', ['-n', '+1', '-f', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(tail, 'exit');
  const reader = watchFlood(tail.stdout, () => tail.kill());
  const agent = bareFlood(lines, file);
  await reader.over;
  await agent.over;
  reader.close();
  await gone;
  return secondsOf(reader);
};

interface Round {
  seconds: number;
  cpuMs: number;
  /** The daemon's memory before the flood and at the most, in bytes. */
  rss: { before: number; highest: number };
}

const flooded = async (daemon: BenchDaemon): Promise<Round> => {
  const { events, go, end } = await startFlooder(daemon);
  const reader = openReader(events, daemon.headers);
  await reader.begun;
  const before = daemon.use();
  let highest = before.rss;
  const look = setInterval(() => (highest = Math.max(highest, daemon.use().rss)), 50);
  try {
    await go();
    await reader.over;
  } finally {
    clearInterval(look);
    reader.close();
  }
  const { cpuMs } = daemon.use();
  await end();
  return { seconds: secondsOf(reader), cpuMs: cpuMs - before.cpuMs, rss: { before: before.rss, highest } };
};

/** Lines from one agent to one reader of its events, against `tail -f` of the same lines from the same program. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (directory) => {
    const lines = scale === 'short' ? 5_000 : million ? 1_000_000 : 200_000;
    const rounds = scale === 'short' || million ? 1 : 3;
    const home = join(directory, 'home');
    const daemon = await floodingDaemon(home, lines);
    const bare: number[] = [];
    const ours: Round[] = [];
    let after: number;
    try {
      for (let round = 0; round < rounds; round += 1) {
        bare.push(await bareTail(directory, lines, round));
        ours.push(await flooded(daemon));
      }
      // In silence the daemon gives back what it took for a while.
      await delay(scale === 'short' ? 0 : 12_000);
      after = daemon.use().rss;
    } finally {
      await daemon.stop();
    }
    const [tail, seconds] = [median(bare), median(ours.map((round) => round.seconds))];
    const rate = (time: number): string => `${Math.round(lines / time / 1000)}k`;
    const [start, highest] = [ours[0]?.rss.before ?? NaN, Math.max(...ours.map(({ rss }) => rss.highest))];
    const inMegabytes = (bytes: number): number => Math.round(bytes / megabyte);
    return [
      {
        name: 'lines from an agent to a reader',
        value: tail / seconds,
        unit: '×',
        target: { atLeast: 0.5 },
        detail: `${rate(seconds)} lines a second against ${rate(tail)} of tail -f, ${lines} lines; ${((median(ours.map((round) => round.cpuMs)) / lines) * 1000).toFixed(1)} µs of the daemon's processor time a line`,
      },
      {
        name: `memory after ${rounds * lines} lines`,
        value: (after - start) / megabyte,
        unit: 'MB',
        target: { atMost: 10 },
        detail: `more than before: ${inMegabytes(start)} MB, then ${inMegabytes(after)} MB, ${inMegabytes(highest)} MB in between`,
      },
    ];
  });
