import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, withFamily } from '../family.ts';
import { compare, ms, timed } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

const files = 500;

/** What merging a subtask would come to, against the git that one types for it. */
export const run = async (scale: Scale): Promise<BenchRow[]> => {
  const count = scale === 'full' ? 20 : 2;
  const rounds = scale === 'full' ? 5 : 1;
  return await withFamily(files, count, async ({ daemon, repository, scratch, parent, children }) => {
    const bare = children.map((_child, number) => {
      const path = join(scratch, `bare-${number}`);
      git(repository, 'worktree', 'add', '-q', '-b', `part-${number}`, path);
      writeFileSync(join(path, 'committed.txt'), `${number}\n`);
      git(path, 'add', '-A');
      git(path, 'commit', '-q', '-m', 'work');
      return path;
    });
    const change = (path: string, round: number): void => writeFileSync(join(path, 'uncommitted.txt'), `${round}\n`);
    const previewAll = async (): Promise<number> =>
      (await timed(async () => {
        for (const { id } of children) await daemon.call('GET', `/tasks/${parent.id}/merge/preview?subtaskId=${id}`);
      })) / count;
    const bareAll = async (): Promise<number> =>
      (await timed(() => {
        for (const [number, path] of bare.entries()) {
          git(path, 'add', '-A');
          git(path, 'merge-tree', '--write-tree', 'main', `part-${number}`);
        }
      })) / count;
    const changed = await compare(rounds, {
      bare: async (round) => {
        for (const path of bare) change(path, round);
        return await bareAll();
      },
      ours: async (round) => {
        for (const { path } of children) change(path, round);
        return await previewAll();
      },
    });
    const again = await compare(rounds, { bare: bareAll, ours: previewAll });
    const row = (what: string, { ours, bare: theirs }: { ours: number; bare: number }): BenchRow => ({
      name: `a preview, of ${count * rounds}${what}`,
      value: ours / theirs,
      unit: '×',
      target: { atMost: 1.5 },
      detail: `${ms(ours)} against ${ms(theirs)} for git add and git merge-tree`,
    });
    return [row(', each changed since', changed), row(', unchanged', again)];
  });
};
