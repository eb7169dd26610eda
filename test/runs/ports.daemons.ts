/** The ports that belong to each running task. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { blocksFor, overlap } from '../../src/domain/port-blocks.ts';
import { isListening } from '../../src/runs/ports/is-listening.ts';
import { createPorts } from '../../src/runs/ports/ports.ts';
import { lineOf, scratch, startDaemon, userRepository, write } from '../support/daemon.ts';

const listenOn = async (t: Test, port: number, host: string): Promise<Server> => {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  return server;
};
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

void t.test('no two tasks hold a port in common, whatever was held before and however the settings have changed', async (t) => {
  const change = fc.record({ id: fc.integer({ min: 0, max: 9 }), what: fc.constantFrom('take', 'give', 'hold') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 32_000, max: 32_700 }),
      async (changes, count, first) => {
        const ports = createPorts({ first, count, isListening: async (block) => block.includes(first + 2) });
        const held = new Map<number, { base: number; count: number }>();
        for (const { id, what } of changes) {
          if (what === 'give') {
            ports.giveBack(String(id));
            held.delete(id);
          } else if (what === 'take') {
            const block = await ports.take(String(id));
            if (block === null) continue;
            t.ok(held.has(id) || !(block.base <= first + 2 && first + 2 < block.base + block.count), 'nobody listens there');
            held.set(id, block);
          } else if (!held.has(id) && [...held.values()].every((other) => !overlap(other, { base: 32_100 + id * 7, count: 7 }))) {
            held.set(id, { base: 32_100 + id * 7, count: 7 });
            ports.hold(String(id), held.get(id) ?? null);
          }
        }
        const all = [...held.values()];
        for (const [index, one] of all.entries()) for (const other of all.slice(index + 1)) if (overlap(one, other)) return false;
        return all.every(({ base, count: many }) => base >= first - 700 && base + many <= 32_768);
      },
    ),
    { numRuns: 300 },
  );
});

void t.test('every block is looked at once, the same first for the same task', (t) => {
  const blocks = [...blocksFor('a', { first: 20_000, count: 20 })];
  t.equal(new Set(blocks.map(({ base }) => base)).size, 638);
  t.strictSame([...blocksFor('a', { first: 20_000, count: 20 })][0], blocks[0]);
  t.not([...blocksFor('b', { first: 20_000, count: 20 })][0]?.base, blocks[0]?.base);
  t.strictSame([...blocksFor('a', { first: 20_000, count: 0 })], [], 'none are wanted');
  t.equal([...blocksFor('a', { first: 65_000, count: 1000 })].length, 0, 'none fit');
  t.end();
});

void t.test('a foreign program is found on either loopback, and nobody where nobody is', async (t) => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = await listenOn(t, 0, host).catch(() => null);
    // a machine without IPv6
    if (server === null) continue;
    const port = portOf(server);
    t.ok(await isListening([port]), host);
    server.close();
    await once(server, 'close');
    t.notOk(await isListening([port]));
  }
});

const twoBlocks = { MAKIMA_PORT_FIRST: '32000', MAKIMA_PORT_RANGE: '384' };

void t.test(
  'setup, agent and teardown have the same ports, those beside others, also over a restart; when they are used up it is said',
  async (t) => {
    const home = scratch(t);
    const notes = scratch(t);
    const repositoryUrl = userRepository(t, {
      'makima.json': JSON.stringify({
        setup: 'echo "$MAKIMA_PORT_BASE $MAKIMA_PORT_COUNT" > setup.txt',
        teardown: `echo "$MAKIMA_PORT_BASE" > ${notes}/teardown.txt`,
      }),
    });
    let daemon = await startDaemon(t, 'runs-plan', { MAKIMA_HOME: home, ...twoBlocks });
    const running = async (name: string): Promise<{ id: string; ports: string | null }> => {
      const plan = `RUN: echo "$MAKIMA_PORT_BASE $MAKIMA_PORT_COUNT" > agent.txt; while [ ! -e ${notes}/over ]; do sleep 0.05; done`;
      const { id } = await daemon.start({ name, plan, repositoryUrl });
      const events = await daemon.until(id, (event) => event.type === 'status' && event.to === 'running');
      const said = events.flatMap((event) => lineOf(event, 'system') ?? []);
      const ports = said.flatMap((line) => /^Ports (\d+) to \d+ are its own/.exec(line)?.[1] ?? []);
      t.equal(
        said.some((line) => line.startsWith('No ports of its own')),
        ports.length === 0,
      );
      return { id, ports: ports[0] ?? null };
    };
    const one = await running('one');
    await daemon.close();
    daemon = await startDaemon(t, 'runs-plan', { MAKIMA_HOME: home, ...twoBlocks });
    const two = await running('two');
    const three = await running('three');
    t.strictSame([one.ports, two.ports].sort(), ['32000', '32384'], 'the one that was taken up has its own still');
    t.equal(three.ports, null, 'there are no more');
    write(notes, { over: '' });
    for (const { id, ports } of [one, two, three]) {
      const { overlayPath } = await daemon.ended(id);
      const found = ports === null ? ' \n' : `${ports} 384\n`;
      for (const name of ['setup.txt', 'agent.txt']) t.equal(readFileSync(join(overlayPath ?? '', name), 'utf8'), found, name);
    }
    t.equal((await daemon.call('POST', `/tasks/${two.id}/start`)).status, 202);
    await daemon.ended(two.id);
    const last = (await daemon.lines(two.id, 'system')).flatMap((line) => /^Ports (\d+)/.exec(line)?.[1] ?? []).at(-1);
    t.equal((await daemon.call('DELETE', `/tasks/${two.id}`)).status, 204);
    t.equal(readFileSync(join(notes, 'teardown.txt'), 'utf8'), `${last}\n`, 'and its teardown those of its last run');
  },
);

void t.test('no ports where none are wanted', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan', { MAKIMA_PORT_RANGE: '0' });
  const { id } = await daemon.start({ plan: 'RUN: echo "[$MAKIMA_PORT_BASE]" > env.txt' });
  const task = await daemon.ended(id);
  t.equal(readFileSync(join(task.overlayPath ?? '', 'env.txt'), 'utf8'), '[]\n');
  t.notOk((await daemon.lines(id, 'system')).some((line) => /[Pp]orts/.test(line)));
});
