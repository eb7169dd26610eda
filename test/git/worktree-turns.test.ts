import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import t, { type Test } from 'tap';
import { emptyCommit } from '../../src/git/repository/empty-repository.ts';
import { addWorktree } from '../../src/git/worktree/add-worktree.ts';
import { writeTaskCard } from '../../src/git/worktree/task-card.ts';
import { noteHalfMade } from '../../src/runs/hooks/half-made.ts';
import { sampleTask } from '../support/sample-task.ts';
import { isolate, open, sh } from './git-fixture.ts';

/** @returns what was handed to the thread pool since it was last asked, by name */
const countTurns = (t: Test): (() => Record<string, number>) => {
  let counts: Record<string, number> = {};
  const count = (target: object, name: string, as: string): void => {
    const own: unknown = Reflect.get(target, name);
    if (typeof own !== 'function') return;
    Reflect.set(target, name, function (this: unknown, ...args: unknown[]): unknown {
      counts[as] = (counts[as] ?? 0) + 1;
      return Reflect.apply(own, this, args);
    });
    t.teardown(() => {
      Reflect.set(target, name, own);
      syncBuiltinESMExports();
    });
  };
  for (const name of Object.keys(promises)) count(promises, name, name);
  count(fs, 'fsync', 'fsync');
  syncBuiltinESMExports();
  return () => {
    const counted = counts;
    counts = {};
    return counted;
  };
};

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, each) => all + each, 0);

void t.test('a worktree that begins empty is made in a few turns of the thread pool, and synced where it says so', async (t) => {
  const home = isolate(t);
  const turns = countTurns(t);
  const repository = await open(home, null);
  const place = { path: path.join(home, 'makima', 'worktrees', 'x'), gitDir: path.join(home, 'makima', 'repositories', 'x.git') };
  turns();

  await noteHalfMade(path.join(home, 'makima', 'runs', 'x'), place);
  t.same(turns(), { fsync: 2 }, 'the note and its directory');

  const base = { branch: 'main', local: 'main', commit: emptyCommit };
  const wanted = { ...place, keptDir: path.join(home, 'makima', 'kept'), branch: 'makima/x', base };
  const { worktree } = await addWorktree(repository, wanted);
  const made = turns();
  t.ok(sum(made) <= 4, JSON.stringify(made));
  t.equal(sh(worktree.path, 'status', '--porcelain', '-b'), '## makima/x\n');

  await writeTaskCard({ task: sampleTask(), worktree, isDeleted: false });
  const carded = turns();
  t.equal(carded['fsync'], 1);
  t.ok(sum(carded) <= 4, JSON.stringify(carded));
});
