import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { Cleanup } from './isolated.ts';

/** Where a command of an agent and the test wait for each other, so that neither has to look again and again. */
export interface Rendezvous {
  /** A shell command that says it is there and goes on when the test opens the gate. */
  gate(name: string): string;
  /** Resolves when a command stands at the gate. */
  arrived(name: string): Promise<unknown>;
  open(name: string): void;
}

export const startRendezvous = async (t: Cleanup): Promise<Rendezvous> => {
  const events = new EventEmitter();
  const there = new Set<string>();
  const opened = new Set<string>();
  const server = createServer((request, reply) => {
    const name = (request.url ?? '').slice(1);
    const letThrough = (): void => void reply.end();
    there.add(name);
    events.emit(`arrived ${name}`);
    if (opened.has(name)) letThrough();
    else events.once(`opened ${name}`, letThrough);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The rendezvous listens on no port');
  const url = `http://127.0.0.1:${address.port}`;
  t.teardown(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return {
    gate: (name) => `curl -fsS --noproxy '*' ${url}/${name}`,
    arrived: async (name) => there.has(name) || (await once(events, `arrived ${name}`)),
    open: (name) => {
      opened.add(name);
      events.emit(`opened ${name}`);
    },
  };
};
