/**
 * Kills the daemon at every named point and at random moments, under clients that go on working. `CHAOS_SEED` repeats a
 * run, as far as the machine's own timing lets it. The long form is `npm run chaos`.
 */
import t from 'tap';
import { scratch, userRepository } from '../support/daemon.ts';
import { points, runChaos } from './run.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? 20_261_122);
const names = Object.keys(points);
const half = Math.ceil(names.length / 2);

t.jobs = 2;
t.setTimeout(300_000);
t.comment(`CHAOS_SEED=${seed}`);

for (const [index, part] of [names.slice(0, half), names.slice(half)].entries()) {
  void t.test(`no promise is broken by a death at: ${part.join(', ')}`, async (t) => {
    t.setTimeout(300_000);
    const figures = await runChaos({ seed: seed + index, directory: scratch(t), repository: userRepository(t), points: part, randomKills: 0, clients: 3, progress: (line) => t.comment(line) });
    t.same(figures.wrong, []);
    t.same(Object.keys(figures.killedAt).toSorted(), part.toSorted(), 'it died at every point');
    t.ok(figures.lines > 0);
    t.comment(JSON.stringify(figures));
  });
}
