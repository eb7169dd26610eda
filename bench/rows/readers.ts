import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inScratch, useOf, type BenchDaemon } from '../daemon.ts';
import { floodingDaemon, openBareServer, openReader, startFlooder, type Reader } from '../flood.ts';
import { median } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

const megabyte = 1024 * 1024;

interface Round {
  seconds: number;
  cpuMs: number;
  /** Resident memory without the readers, with them before anything comes, and at the most. */
  rss: { alone: number; open: number; highest: number };
}

/** Has the flood go to all the readers, from the first one's first line to the last one's last. */
const measure = async (
  use: () => { cpuMs: number; rss: number },
  open: () => Reader,
  count: number,
  go: () => Promise<unknown>,
): Promise<Round> => {
  const alone = use().rss;
  const readers = Array.from({ length: count }, open);
  let highest = alone;
  const look = setInterval(() => (highest = Math.max(highest, use().rss)), 50);
  try {
    await Promise.all(readers.map(({ begun }) => begun));
    const before = use();
    await go();
    await Promise.all(readers.map(({ over }) => over));
    const first = Math.min(...readers.map(({ firstAt }) => firstAt()));
    const last = Math.max(...readers.map(({ overAt }) => overAt()));
    return { seconds: (last - first) / 1000, cpuMs: use().cpuMs - before.cpuMs, rss: { alone, open: before.rss, highest } };
  } finally {
    clearInterval(look);
    for (const reader of readers) reader.close();
  }
};

const framesOf = async (daemon: BenchDaemon, events: string): Promise<Buffer> => {
  const whole = await fetch(events, { headers: daemon.headers });
  const text = await whole.text();
  return Buffer.from(text.slice(0, text.indexOf('\n\n', text.indexOf('flood-is-over')) + 2));
};

/** One stream with many readers while its agent floods, against raw `node:http` writing the same bytes to as many. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (directory) => {
    const [count, lines, rounds] = scale === 'short' ? [20, 200, 1] : [300, 5_000, 3];
    const daemon = await floodingDaemon(join(directory, 'home'), lines);
    const frames = join(directory, 'frames');
    const ours: Round[] = [];
    const bare: Round[] = [];
    try {
      for (let round = 0; round < rounds; round += 1) {
        const { events, go, end } = await startFlooder(daemon);
        ours.push(
          await measure(
            () => daemon.use(),
            () => openReader(events, daemon.headers),
            count,
            go,
          ),
        );
        await end();
        await writeFile(frames, await framesOf(daemon, events));
        const server = await openBareServer(frames);
        bare.push(
          await measure(
            () => useOf(server.pid),
            () => openReader(`${server.url}/stream`),
            count,
            () => fetch(`${server.url}/go`),
          ),
        );
        await server.stop();
      }
    } finally {
      await daemon.stop();
    }
    const of = (list: Round[], what: (round: Round) => number): number => median(list.map(what));
    const rate = (list: Round[]): string => `${Math.round((count * lines) / of(list, ({ seconds }) => seconds) / 1000)}k`;
    const grown = (list: Round[]): number => Math.max(...list.map(({ rss }) => rss.highest)) - (list[0]?.rss.alone ?? NaN);
    const inMegabytes = (bytes: number): number => Math.round(bytes / megabyte);
    return [
      {
        name: `${count} readers of one stream`,
        value: of(bare, ({ seconds }) => seconds) / of(ours, ({ seconds }) => seconds),
        unit: '×',
        target: { atLeast: 0.8 },
        detail: `${rate(ours)} events a second against ${rate(bare)} of raw http; ${Math.round(of(ours, ({ cpuMs }) => cpuMs))} against ${Math.round(of(bare, ({ cpuMs }) => cpuMs))} ms of processor time`,
      },
      {
        name: `${count} readers of one stream: memory`,
        value: grown(ours) / megabyte,
        unit: 'MB',
        target: { atMost: inMegabytes(grown(bare)) + 20 },
        detail: `from ${inMegabytes(ours[0]?.rss.alone ?? NaN)} MB to ${inMegabytes(Math.max(...ours.map(({ rss }) => rss.highest)))} MB at the most; raw http ${inMegabytes(grown(bare))} MB more than without readers`,
      },
    ];
  });
