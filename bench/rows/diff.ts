import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentPath, inScratch, startDaemon } from '../daemon.ts';
import { git, makeRepository, workedTask } from '../family.ts';
import { compare, ms, timed } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

/** 40 files changed and 10 new ones, as an agent leaves them; the same 50 each time, with other content. */
const change = (root: string, round: number): void => {
  for (let number = 0; number < 40; number += 1) appendFileSync(join(root, 'd1', `f${number}.txt`), `changed ${round}\n`);
  for (let number = 0; number < 10; number += 1) writeFileSync(join(root, 'd0', `new${number}.txt`), `new ${round}\n`);
};

/** The diff of a large worktree with 50 changes, untracked files among them, against git's own. */
export const run = (scale: Scale): Promise<BenchRow[]> =>
  inScratch(async (scratch) => {
    const files = scale === 'full' ? 20_000 : 500;
    const repository = join(scratch, 'repository');
    makeRepository(repository, files);
    const bare = join(scratch, 'bare');
    git(repository, 'worktree', 'add', '-q', '-b', 'bare', bare);
    const daemon = await startDaemon(join(scratch, 'home'), agentPath('works'));
    try {
      const { id, path } = await workedTask(daemon, 'part', { repositoryUrl: repository });
      const ask = (accept: string) => async (): Promise<void> => {
        const answer = await fetch(`${daemon.url}/tasks/${id}/diff`, { headers: { ...daemon.headers, accept } });
        const text = await answer.text();
        if (answer.status !== 200 || !text.includes('new9.txt')) throw new Error(text.slice(0, 1000));
      };
      const bareDiff = async (): Promise<number> =>
        await timed(() => {
          git(bare, 'add', '-A');
          git(bare, 'diff', '--cached', '--binary', 'main');
        });
      const rounds = scale === 'full' ? 7 : 1;
      const changed = await compare(rounds, {
        bare: async (round) => {
          change(bare, round);
          return await bareDiff();
        },
        ours: async (round) => {
          change(path, round);
          return await timed(ask('text/plain'));
        },
      });
      const again = await compare(rounds, { bare: bareDiff, ours: async () => await timed(ask('text/plain')) });
      const listed = await compare(rounds, { bare: bareDiff, ours: async () => await timed(ask('application/json')) });
      const row = (what: string, { ours, bare: theirs }: { ours: number; bare: number }): BenchRow => ({
        name: `diff of ${files} files with 50 changes${what}`,
        value: ours / theirs,
        unit: '×',
        target: { atMost: 1.5 },
        detail: `${ms(ours)} against ${ms(theirs)} for git add and git diff`,
      });
      return [row('', changed), row(', asked again', again), row(', the list of files', listed)];
    } finally {
      await daemon.stop();
    }
  });
