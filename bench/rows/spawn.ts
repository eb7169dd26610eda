import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { inScratch, plainEnv, root } from '../daemon.ts';
import { median, ms } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

interface Figures {
  /** For each of many commands, in milliseconds. */
  wall: number;
  cpu: number;
}
interface Call {
  /** One after another. */
  after: Figures;
  /** All at once. */
  beside: Figures;
}

const caller = join(import.meta.dirname, '../bare/git-caller.ts');
const git = (...args: string[]): string => execFileSync('git', args, { env: plainEnv(), encoding: 'utf8' });

const callsOf = (way: 'ours' | 'bare', gitDir: string, count: number): Call =>
  JSON.parse(
    execFileSync(process.execPath, [caller, way, gitDir, String(count), join(root, 'src/git/command/git-command.ts')], {
      env: plainEnv(),
      encoding: 'utf8',
    }),
  );

/** A git command as the daemon runs it, from a process that holds 150 MB, against a bare spawn of it from a small process. */
export const run = (scale: Scale): Promise<BenchRow[]> =>
  inScratch((directory) => {
    git('init', '-q', directory);
    git('-C', directory, '-c', 'user.name=b', '-c', 'user.email=b', 'commit', '-q', '--allow-empty', '-m', 'x');
    const [rounds, count] = scale === 'full' ? [5, 300] : [1, 10];
    const calls: { ours: Call; bare: Call }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const bare = callsOf('bare', join(directory, '.git'), count);
      calls.push({ bare, ours: callsOf('ours', join(directory, '.git'), count) });
    }
    const of = (pick: (call: Call) => number): { ours: number; bare: number } => ({
      ours: median(calls.map(({ ours }) => pick(ours))),
      bare: median(calls.map(({ bare }) => pick(bare))),
    });
    const row = (name: string, { ours, bare }: { ours: number; bare: number }, atMost: number): BenchRow => {
      return { name, value: ours / bare, unit: '×', target: { atMost }, detail: `${ms(ours)} against ${ms(bare)} from a small process` };
    };
    return Promise.resolve([
      row(
        'a git command of a large daemon',
        of(({ after }) => after.wall),
        1.5,
      ),
      row(
        'git commands side by side, each',
        of(({ beside }) => beside.wall),
        1,
      ),
      row(
        'a git command: processor time of the daemon',
        of(({ beside }) => beside.cpu),
        0.6,
      ),
    ]);
  });
