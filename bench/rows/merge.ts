import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, withFamily } from '../family.ts';
import { compare, ms, timed } from '../measure.ts';
import type { BenchRow, Scale } from '../row.ts';

const files = 500;

/** Bringing a subtask's work into its parent's worktree, against `git merge` of as much. */
export const run = async (scale: Scale): Promise<BenchRow[]> => {
  const count = scale === 'full' ? 10 : 2;
  return await withFamily(files, count, async ({ daemon, repository, scratch, parent, children }) => {
    const into = join(scratch, 'bare');
    git(repository, 'worktree', 'add', '-q', '-b', 'bare', into);
    for (let number = 0; number < count; number += 1) {
      const path = join(scratch, `bare-${number}`);
      git(repository, 'worktree', 'add', '-q', '-b', `part-${number}`, path);
      writeFileSync(join(path, `committed-${number}.txt`), `${number}\n`);
      writeFileSync(join(path, `left-${number}.txt`), `${number}\n`);
      git(path, 'add', '-A');
      git(path, 'commit', '-q', '-m', 'work');
    }
    const { ours, bare } = await compare(count, {
      bare: async (round) => await timed(() => git(into, 'merge', '-q', '--no-edit', `part-${round}`)),
      ours: async (round) => await timed(() => daemon.call('POST', `/tasks/${parent.id}/merge`, { subtaskId: children[round]?.id })),
    });
    const child = children[0];
    const again = await compare(scale === 'full' ? 5 : 1, {
      bare: async (round) => {
        const path = join(scratch, 'bare-0');
        appendFileSync(join(path, 'more.txt'), `${round}\n`);
        git(path, 'add', '-A');
        git(path, 'commit', '-q', '-m', 'more');
        return await timed(() => git(into, 'merge', '-q', '--no-edit', 'part-0'));
      },
      ours: async (round) => {
        appendFileSync(join(child?.path ?? '', 'more.txt'), `${round}\n`);
        return await timed(() => daemon.call('POST', `/tasks/${parent.id}/merge`, { subtaskId: child?.id }));
      },
    });
    const row = (what: string, value: { ours: number; bare: number }): BenchRow => ({
      name: `a merge${what}`,
      value: value.ours / value.bare,
      unit: '×',
      target: { atMost: 3 },
      detail: `${ms(value.ours)} against ${ms(value.bare)} for git merge`,
    });
    return [row('', { ours, bare }), row(' of a subtask that has gone on', again)];
  });
};
