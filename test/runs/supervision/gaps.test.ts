import t from 'tap';
import { createGaps } from '../../../src/runs/supervision/gaps.ts';

void t.test('a sleep is seen by either clock, and a clock that is set back is none', (t) => {
  const time = { steady: 1000, wall: 5_000_000 };
  let beat: (() => void) | null = null;
  let found = 0;
  const gaps = createGaps({
    steady: () => time.steady,
    wall: () => time.wall,
    every: (_, look) => {
      beat = look;
      return () => (beat = null);
    },
  });
  const passes = (steady: number, wall = steady): number => {
    const before = found;
    time.steady += steady;
    time.wall += wall;
    beat?.();
    return found - before;
  };
  const ends = [gaps.watch(() => (found += 1)), gaps.watch(() => (found += 1))];
  t.equal(passes(1000), 0);
  t.equal(passes(4500), 0, 'a busy daemon is late');
  t.equal(passes(60_000), 2, 'a daemon that was stopped, or a Mac that slept');
  t.equal(passes(1000), 0, 'once');
  t.equal(passes(1000, 3_600_000), 2, 'Linux does not count a sleep');
  t.equal(passes(1000, -3_600_000), 0, 'a clock that is set back');
  t.equal(passes(1000), 0);
  ends[0]?.();
  t.equal(passes(60_000), 1);
  ends[1]?.();
  t.equal(beat, null, 'nobody watches, and nothing beats');
  t.end();
});
