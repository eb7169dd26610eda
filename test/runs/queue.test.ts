import t from 'tap';
import { createQueue, type RunQueue } from '../../src/runs/queue/queue.ts';

/** Work that ends when told to, and says when it begins. */
const controlled = () => {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (id: string) => () =>
    new Promise<void>((resolve) => {
      begun.push(id);
      ends.set(id, resolve);
    });
  const end = async (id: string): Promise<void> => {
    ends.get(id)?.();
    // The lane takes its next one in microtasks.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, work, end };
};

interface Waiting {
  id: string;
  depth: number;
  priority: number;
}
/** A task's place, which its work holds until it ends. */
const enqueue = (queue: RunQueue, { depth, priority }: Waiting, work: () => Promise<void>) => {
  const seat = queue.seat();
  seat.wait({ lane: depth, priority, agent: 'claude' }, false, () => void work().then(() => seat.leave()));
  return seat;
};

void t.test('priority first, then first come, as many at once as there are slots', async (t) => {
  const queue = createQueue(2);
  const { begun, work, end } = controlled();
  for (const [id, priority] of [
    ['a', 0],
    ['b', 0],
    ['c', 0],
    ['d', 5],
    ['e', 0],
  ] as const)
    enqueue(queue, { id, depth: 0, priority }, work(id));
  await end('none');
  t.strictSame(begun, ['a', 'b']);
  await end('a');
  await end('b');
  t.strictSame(begun, ['a', 'b', 'd', 'c']);
  await end('d');
  t.strictSame(begun.at(-1), 'e');
});

void t.test('a parent that waits never starves its children, however deep the tree', async (t) => {
  const queue = createQueue(1);
  const { begun, work, end } = controlled();
  for (const depth of [0, 1, 2, 3]) enqueue(queue, { id: `depth ${depth}`, depth, priority: 0 }, work(`depth ${depth}`));
  enqueue(queue, { id: 'second at 0', depth: 0, priority: 0 }, work('second at 0'));
  await end('none');
  t.strictSame(begun, ['depth 0', 'depth 1', 'depth 2', 'depth 3']);
});

void t.test('of a task that is enqueued anew the new place counts, not the old one', async (t) => {
  const queue = createQueue(1);
  const { begun, work, end } = controlled();
  const seats = ['a', 'b', 'c'].map((id) => enqueue(queue, { id, depth: 0, priority: 0 }, work(id)));
  await end('none');
  seats[1]?.leave();
  enqueue(queue, { id: 'b', depth: 0, priority: 0 }, work('b'));
  await end('a');
  t.strictSame(begun, ['a', 'c']);
  await end('c');
  t.strictSame(begun, ['a', 'c', 'b']);
});

void t.test('work found running takes a slot ahead of those who wait', async (t) => {
  const queue = createQueue(1);
  const { begun, work, end } = controlled();
  const found = queue.seat();
  found.goesOn({ lane: 0, priority: 0, agent: 'claude' }, true);
  enqueue(queue, { id: 'a', depth: 0, priority: 1000 }, work('a'));
  await end('none');
  t.strictSame(begun, []);
  found.leave();
  await end('none');
  t.strictSame(begun, ['a']);
});

void t.test('a closed queue starts nobody', async (t) => {
  const queue = createQueue(1);
  const { begun, work, end } = controlled();
  for (const id of ['a', 'b']) enqueue(queue, { id, depth: 0, priority: 0 }, work(id));
  await end('none');
  queue.close();
  await end('a');
  t.strictSame(begun, ['a']);
});

void t.test('starts that keep apart go on by themselves when the time has come', async (t) => {
  let now = 0;
  const queue = createQueue(3, 20, () => now);
  const { begun, work, end } = controlled();
  const { promise: second, resolve } = Promise.withResolvers<undefined>();
  // The queue's own timer keeps no process.
  const alive = setInterval(() => undefined, 1000);
  t.teardown(() => clearInterval(alive));
  enqueue(queue, { id: 'a', depth: 0, priority: 0 }, work('a'));
  enqueue(queue, { id: 'b', depth: 1, priority: 0 }, () => {
    resolve(undefined);
    return work('b')();
  });
  await end('none');
  t.strictSame(begun, ['a']);
  now = 20;
  await second;
  t.strictSame(begun, ['a', 'b']);
});

void t.test('a slot that is given back is wanted again: had, given up, and taken', async (t) => {
  const queue = createQueue(1);
  const { begun, work, end } = controlled();
  const first = enqueue(queue, { id: 'a', depth: 0, priority: 0 }, work('a'));
  t.equal(await first.wantBack(), true, 'it has it');
  first.giveBack();
  enqueue(queue, { id: 'b', depth: 0, priority: 0 }, work('b'));
  enqueue(queue, { id: 'c', depth: 0, priority: 0 }, work('c'));
  t.strictSame(begun, ['a', 'b']);
  const wanted = first.wantBack();
  first.giveBack();
  t.equal(await wanted, false);
  const again = first.wantBack();
  t.strictSame(first.why(), { kind: 'slot', position: 1 });
  await end('b');
  t.equal(await again, true);
  t.strictSame(begun, ['a', 'b'], 'before those who come new');
  first.giveBack();
  t.strictSame(begun, ['a', 'b', 'c']);
  const taken = first.wantBack();
  first.takeBack();
  t.equal(await taken, true);
  await end('a');
  t.equal(await first.wantBack(), false, 'it is over');
});
