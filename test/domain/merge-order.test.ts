import t from 'tap';
import fc from 'fast-check';
import { largestTogether } from '../../src/domain/merge-order.ts';

void t.test('the largest set that goes together', (t) => {
  const star = (one: number): boolean => one === 0;
  t.strictSame(
    largestTogether(0, () => true),
    [],
  );
  t.strictSame(
    largestTogether(4, () => false),
    [0, 1, 2, 3],
  );
  t.strictSame(
    largestTogether(4, () => true),
    [0],
  );
  t.strictSame(largestTogether(5, star), [1, 2, 3, 4], 'not the first one, which conflicts with all others');
  t.strictSame(
    largestTogether(30, star),
    Array.from({ length: 29 }, (_, index) => index + 1),
  );
  t.end();
});

void t.test('no two of it conflict, and none could be added; up to 16 there is no larger one', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.infiniteStream(fc.boolean()), (count, coins) => {
      const pairs = new Set<string>();
      for (let one = 0; one < count; one += 1)
        for (let other = one + 1; other < count; other += 1) if (coins.next().value === true) pairs.add(`${one} ${other}`);
      const conflict = (one: number, other: number): boolean => pairs.has(`${Math.min(one, other)} ${Math.max(one, other)}`);
      const chosen = largestTogether(count, conflict);
      const free = (position: number): boolean => chosen.every((each) => each === position || !conflict(each, position));
      if (!chosen.every(free)) return false;
      if (Array.from({ length: count }, (_, position) => position).some((position) => !chosen.includes(position) && free(position)))
        return false;
      if (count > 10) return true;
      for (let set = 0; set < 1 << count; set += 1) {
        const members = Array.from({ length: count }, (_, position) => position).filter((position) => (set & (1 << position)) !== 0);
        if (members.length > chosen.length && members.every((one) => members.every((other) => one === other || !conflict(one, other))))
          return false;
      }
      return true;
    }),
    { numRuns: 100 },
  );
  t.end();
});
