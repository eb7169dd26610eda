import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveBase } from '../../src/git/repository/default-branch.ts';
import { openRepository } from '../../src/git/repository/open-repository.ts';
import { diffPatch } from '../../src/git/snapshot/diff.ts';
import { addWorktree } from '../../src/git/worktree/add-worktree.ts';
import type { BenchRow } from '../row.ts';

const files = 2000;
const rounds = 5;

const git = (cwd: string, ...args: string[]): Buffer =>
  execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@localhost', ...args], { cwd, stdio: ['ignore', 'pipe', 'ignore'] });

/** The median of some rounds, in milliseconds. */
const median = async (work: (round: number) => unknown): Promise<number> => {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    await work(round);
    times.push(performance.now() - begun);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
};

const makeRepository = (root: string): void => {
  git(root, 'init', '-q', '-b', 'main');
  for (let number = 0; number < files; number += 1) {
    const directory = join(root, `d${number % 50}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `f${number}.txt`), `${'line\n'.repeat(40)}${number}\n`);
  }
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'first');
};

/** A worktree for a task, and its diff, against what bare git takes for the same in a repository of 2,000 files. */
export const run = async (): Promise<BenchRow[]> => {
  const root = await mkdtemp(join(tmpdir(), 'makima-bench-'));
  try {
    const user = join(root, 'user');
    mkdirSync(user);
    makeRepository(user);
    const source = { kind: 'local', path: user } as const;
    const options = { cachesDir: join(root, 'caches'), taskId: 'bench' };
    const placeOf = (name: string) => ({
      path: join(root, 'worktrees', name),
      gitDir: join(root, 'repositories', `${name}.git`),
      keptDir: join(root, 'kept'),
    });
    await openRepository(source, options);
    const bareAdd = await median((round) => git(user, 'worktree', 'add', '-q', '-b', `b${round}`, join(root, `bare${round}`)));
    const paths: Awaited<ReturnType<typeof addWorktree>>['worktree'][] = [];
    const ourAdd = await median(async (round) => {
      const repository = await openRepository(source, options);
      paths.push(
        (
          await addWorktree(repository, {
            ...placeOf(String(round)),
            branch: `makima/b${round}`,
            base: await resolveBase(repository, null),
          })
        ).worktree,
      );
    });
    // whoever waits for twenty starts waits for the last
    const together = 20;
    const bareTwenty = await median((round) => {
      for (let number = 0; number < together; number += 1)
        git(user, 'worktree', 'add', '-q', '-b', `t${round}-${number}`, join(root, `bare-${round}-${number}`));
    });
    const ourTwenty = await median(async (round) => {
      await Promise.all(
        Array.from({ length: together }, async (_, number) => {
          const repository = await openRepository(source, options);
          await addWorktree(repository, {
            ...placeOf(`${round}-${number}`),
            branch: `makima/t${round}-${number}`,
            base: await resolveBase(repository, null),
          });
        }),
      );
    });
    const [worktree] = paths;
    if (!worktree) throw new Error('no worktree was made');
    writeFileSync(join(worktree.path, 'new.txt'), 'new\n');
    writeFileSync(join(root, 'bare0', 'new.txt'), 'new\n');
    const bareDiff = await median(() => {
      git(join(root, 'bare0'), 'add', '-A');
      git(join(root, 'bare0'), 'diff', '--cached', '--binary');
    });
    const ourDiff = await median(async () => {
      let bytes = 0;
      for await (const chunk of await diffPatch(worktree)) bytes += Buffer.byteLength(chunk);
      return bytes;
    });
    return [
      {
        name: 'a worktree, fetched anew, against git worktree add',
        value: ourAdd / bareAdd,
        unit: '×',
        target: null,
        detail: `${Math.round(ourAdd)} ms against ${Math.round(bareAdd)} ms`,
      },
      {
        name: 'twenty at once, against twenty in a row',
        value: ourTwenty / bareTwenty,
        unit: '×',
        target: null,
        detail: `${Math.round(ourTwenty)} ms against ${Math.round(bareTwenty)} ms`,
      },
      {
        name: 'a diff with untracked files against git add and diff',
        value: ourDiff / bareDiff,
        unit: '×',
        target: null,
        detail: `${Math.round(ourDiff)} ms against ${Math.round(bareDiff)} ms`,
      },
    ];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};
