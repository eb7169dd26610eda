import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { inScratch } from '../daemon.ts';
import { floodingDaemon, openBareServer, startFlooder } from '../flood.ts';
import { compare, ms, timed } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

/** Reads an answer to its end. @returns its bytes */
const download = async (url: string, headers: Readonly<Record<string, string>>): Promise<number> => {
  const { hostname, port, host, pathname, search } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({ host, connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let bytes = 0;
  socket.on('data', (piece) => (bytes += piece.length));
  await once(socket, 'close');
  return bytes;
};

/** The whole log of a task that has ended as server-sent events, against the log's file piped into a socket. */
export const run = async (scale: Scale): Promise<BenchRow[]> =>
  await inScratch(async (directory) => {
    const lines = scale === 'short' ? 5_000 : 200_000;
    const home = join(directory, 'home');
    const daemon = await floodingDaemon(home, lines);
    try {
      const { id, events, go, end } = await startFlooder(daemon);
      await go();
      await end();
      const bareServer = await openBareServer(join(home, 'events', `${id}.log`));
      let bytes = 0;
      const cpuBefore = daemon.use().cpuMs;
      const rounds = scale === 'short' ? 1 : 5;
      const { ours, bare } = await compare(rounds, {
        bare: () => timed(() => download(`${bareServer.url}/file`, {})),
        ours: () => timed(async () => void (bytes = await download(events, daemon.headers))),
      });
      const cpu = (daemon.use().cpuMs - cpuBefore) / rounds;
      await bareServer.stop();
      return [
        {
          name: 'replay over HTTP',
          value: bare / ours,
          unit: '×',
          target: { atLeast: 0.4 },
          detail: `${ms(ours)} against ${ms(bare)} for ${Math.round(bytes / 1e6)} MB; ${ms(cpu)} of the daemon's processor time`,
        },
      ];
    } finally {
      await daemon.stop();
    }
  });
