import fc from 'fast-check';
import t from 'tap';
import { budgetLimits, type Budget } from '../../schemas/task.ts';
import {
  describeLimit,
  estimatedCost,
  isFarBeyond,
  isUsedUp,
  leftForAgent,
  limitsOf,
  marksReached,
  nextLookMs,
} from '../../src/domain/budget.ts';
import {
  addSpent,
  atOrBelow,
  noUsage,
  nothingSpent,
  spentBy,
  spentInTree,
  tokensOf,
  type Spent,
  type SpentByTask,
} from '../../src/domain/usage.ts';

const count = fc.nat(1_000_000);
const spent: fc.Arbitrary<Spent> = fc.record({
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  costUsd: count.map((cents) => cents / 100),
  turns: count,
  runningMs: count,
});
const limit = fc.integer({ min: 1, max: 1_000_000 });
const budget: fc.Arbitrary<Budget> = fc.record(
  { maxCostUsd: limit, maxTokens: limit, maxTurns: limit, maxMinutes: limit.map((minutes) => minutes / 1000) },
  { requiredKeys: [] },
);

/** A tree of so many tasks, each of which has a parent made before it. */
const tree: fc.Arbitrary<SpentByTask[]> = fc
  .array(fc.tuple(fc.nat(), spent, spent), { minLength: 1, maxLength: 20 })
  .map((rows) =>
    rows.map(([parent, { runningMs, ...usage }, deleted], index) => ({
      id: String(index),
      parentTaskId: index === 0 ? null : String(parent % index),
      usage,
      runningMs,
      runningSince: null,
      deleted,
    })),
  );

void t.test('a tree has used what each of its tasks has, and each part of it no more', (t) => {
  fc.assert(
    fc.property(tree, (rows) => {
      const all = rows.reduce((sum, row) => addSpent(addSpent(sum, spentBy(row, 0)), row.deleted), nothingSpent);
      t.same(spentInTree(rows, '0', 0), all);
      for (const row of rows) {
        const children = rows.filter(({ parentTaskId }) => parentTaskId === row.id);
        const own = addSpent(spentBy(row, 0), row.deleted);
        const sum = children.reduce((total, child) => addSpent(total, spentInTree(rows, child.id, 0)), own);
        t.equal(tokensOf(spentInTree(rows, row.id, 0)), tokensOf(sum));
        t.equal(atOrBelow(rows, row.id)[0], row);
      }
    }),
    { numRuns: 50 },
  );
  t.end();
});

void t.test('time counts while an agent runs, and a clock that was set back takes none away', (t) => {
  const since = '2026-11-27T10:00:00.000Z';
  const row = { usage: noUsage, runningMs: 500, runningSince: since };
  t.equal(spentBy(row, Date.parse(since) + 1000).runningMs, 1500);
  t.equal(spentBy(row, Date.parse(since) - 1000).runningMs, 500);
  t.equal(spentBy({ ...row, runningSince: null }, Date.parse(since) + 1000).runningMs, 500);
  t.end();
});

void t.test('marks are reached in their order, and stay reached', (t) => {
  const at = (used: number) => {
    const [state] = limitsOf({ maxTurns: 10 }, { ...nothingSpent, turns: used });
    return state === undefined ? null : [marksReached(state), isUsedUp(state), isFarBeyond(state)];
  };
  t.same(at(7), [[], false, false]);
  t.same(at(8), [[80], false, false]);
  t.same(at(10), [[80, 100], true, false]);
  t.same(at(12), [[80, 100], true, false]);
  t.same(at(13), [[80, 100], true, true]);
  fc.assert(
    fc.property(budget, spent, spent, (limits, before, more) => {
      const after = limitsOf(limits, addSpent(before, more));
      for (const [index, state] of limitsOf(limits, before).entries()) {
        const later = after[index];
        if (later === undefined || marksReached(state).some((mark) => !marksReached(later).includes(mark))) return false;
        if (isFarBeyond(state) && !(isUsedUp(state) && isFarBeyond(later))) return false;
      }
      return after.length === budgetLimits.filter((name) => limits[name] !== undefined).length;
    }),
  );
  t.end();
});

void t.test('sums of doubles reach the mark that people mean', (t) => {
  const costUsd = Array.from({ length: 10 }).reduce((sum: number) => sum + 0.1, 0);
  t.not(costUsd, 1);
  const [state] = limitsOf({ maxCostUsd: 1 }, { ...nothingSpent, costUsd });
  t.ok(state && isUsedUp(state));
  t.equal(state && describeLimit(state), '$1.00 of $1.00 (100 %)');
  t.end();
});

void t.test('a look at a budget of minutes comes when its next mark is reached, and at no other time', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.nat(700_000_000),
      fc.integer({ min: 1, max: 50 }),
      (maxMinutes, runningMs, running) => {
        const limits = { maxMinutes };
        const stateAt = (ms: number) => {
          const [state] = limitsOf(limits, { ...nothingSpent, runningMs: ms });
          return state === undefined ? '' : `${marksReached(state).join()} ${isFarBeyond(state)}`;
        };
        const next = nextLookMs(limits, { ...nothingSpent, runningMs }, running);
        if (next === null) return stateAt(runningMs) === '80,100 true' || runningMs >= 1.2 * maxMinutes * 60_000;
        return stateAt(runningMs + next * running) !== stateAt(runningMs);
      },
    ),
  );
  t.equal(nextLookMs({ maxMinutes: 1 }, nothingSpent, 0), null, 'no time passes');
  t.equal(nextLookMs({ maxTurns: 1 }, nothingSpent, 1), null, 'it is none of minutes');
  t.end();
});

void t.test('what an agent is held to itself is what no turn is waited for beyond, of the tightest budget', (t) => {
  t.same(leftForAgent([]), {});
  t.same(leftForAgent([{ budget: { maxTokens: 5, maxMinutes: 1 }, spent: nothingSpent }]), {});
  t.same(
    leftForAgent([
      { budget: { maxCostUsd: 10, maxTurns: 10 }, spent: { ...nothingSpent, costUsd: 2, turns: 3 } },
      { budget: { maxCostUsd: 9 }, spent: { ...nothingSpent, costUsd: 4 } },
    ]),
    { maxCostUsd: 6.8, maxTurns: 9 },
  );
  fc.assert(
    fc.property(budget, spent, (limits, used) => {
      const { maxCostUsd = 1, maxTurns = 1 } = leftForAgent([{ budget: limits, spent: used }]);
      return maxCostUsd > 0 && Number.isInteger(maxTurns) && maxTurns >= 1;
    }),
  );
  t.end();
});

void t.test('what tokens have cost is guessed by what others did', (t) => {
  const known = { ...noUsage, inputTokens: 1000, outputTokens: 200, costUsd: 2 };
  t.equal(estimatedCost(known, known), 2);
  t.equal(estimatedCost({ ...noUsage, inputTokens: 500, outputTokens: 100 }, known), 1);
  t.equal(estimatedCost(known, noUsage), 0, 'of nothing that is known nothing follows');
  t.end();
});
