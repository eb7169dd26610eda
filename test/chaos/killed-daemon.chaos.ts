/**
 * Kills the daemon at every named point and at random moments, under clients that go on working. `CHAOS_SEED` repeats a
 * run, as far as the machine's own timing lets it. The long form is `npm run chaos`.
 */
import t from 'tap';
import { scratch, userRepository } from '../support/daemon.ts';
import { mergePoints, runChaos, runPoints } from './run.ts';
import { kinds, type Kind } from './scenarios.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? 20_261_122);
const [ofRuns, ofMerges] = [Object.keys(runPoints), Object.keys(mergePoints)];
const half = Math.ceil(ofRuns.length / 2);
const parts: { points: string[]; kinds: Kind[]; clients: number; inOrder?: boolean }[] = [
  { points: ofRuns.slice(0, half), kinds: kinds.filter((kind) => kind !== 'merge'), clients: 3 },
  { points: ofRuns.slice(half), kinds: kinds.filter((kind) => kind !== 'merge'), clients: 3 },
  // One merge passes every point of it, where nobody else does anything.
  { points: ofMerges, kinds: ['merge'], clients: 1, inOrder: true },
];

t.jobs = 2;
// A minute here, where nothing else runs; a slow machine gets ten.
t.setTimeout(600_000);
t.comment(`CHAOS_SEED=${seed}`);

for (const [index, { points, kinds, ...how }] of parts.entries()) {
  void t.test(`no promise is broken by a death at: ${points.join(', ')}`, async (t) => {
    const figures = await runChaos({
      seed: seed + index,
      directory: scratch(t),
      repository: userRepository(t),
      points,
      kinds,
      ...how,
      randomKills: 0,
      progress: (line) => t.comment(line),
    });
    t.same(figures.wrong, []);
    t.same(Object.keys(figures.killedAt).toSorted(), points.toSorted(), 'it died at every point');
    t.ok(figures.lines > 0);
    t.comment(JSON.stringify(figures));
  });
}
