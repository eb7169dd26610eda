/** What is noted of a merge, and in which order: whoever comes after a crash has nothing else. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { MakimaError } from '../../src/errors.ts';
import { merge as mergeInto } from '../../src/git/merge/merge.ts';
import { beforeRef } from '../../src/git/merge/receiving.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { inside, merge, pair, put, sourceOf, stateOf, TestJournal, undoHalf } from './merge-fixture.ts';

const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it resolved',
    (error: unknown) => (error instanceof MakimaError ? error.code : error),
  );
const refs = (worktree: Worktree): string => inside(worktree, 'for-each-ref');
const isBackedUp = (adminDir: string): boolean => existsSync(path.join(adminDir, 'makima-merge'));

void t.test('a plan is noted before anything is touched, and a merge that is through after all of it', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(child.path, { a: 'theirs\n' });
  const before = stateOf(parent);
  const passed: string[] = [];
  const journal = new TestJournal((what) => {
    passed.push(what);
    if (what !== 'begun') return;
    t.strictSame(stateOf(parent), before);
    t.ok(isBackedUp(parent.adminDir));
  });
  t.not(await merge(parent, await sourceOf(child), { journal }), null);
  t.strictSame(journal.noted, ['begun', 'committed']);
  t.strictSame(passed, ['begun', 'merge begun', 'merge files written', 'merge index installed', 'merge head moved']);
  t.notOk(isBackedUp(parent.adminDir), 'what would put it back is gone');
});

void t.test('before a merge is noted, what the worktree holds is kept by a ref', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(parent.path, { own: 'own\n' });
  put(child.path, { a: 'theirs\n' });
  let kept = '';
  const journal = new TestJournal((what) => {
    if (what === 'begun') kept = inside(parent, 'show', `${beforeRef(parent)}:own`);
  });
  await merge(parent, await sourceOf(child), { journal });
  t.equal(kept, 'own\n');
});

void t.test('what must not be merged is told before all else, when nothing of it goes on any more', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(parent.path, { own: 'own\n' });
  put(child.path, { a: 'theirs\n' });
  const source = await sourceOf(child);
  const before = stateOf(parent);
  const refusal = new MakimaError('WORK_UNFINISHED', 'not yet');
  const aside = path.join(parent.gitDir, 'makima-tmp');
  const journal = new TestJournal();
  const check = async (): Promise<void> => {
    await Promise.reject(refusal);
  };
  t.equal(await failureOf(merge(parent, source, { journal, check })), 'WORK_UNFINISHED');
  t.equal(inside(parent, 'cat-file', '-t', source.commit), 'commit\n', 'what was handed over meanwhile is there');
  t.strictSame(readdirSync(aside), []);
  t.strictSame(journal.noted, []);
  t.strictSame(stateOf(parent), before);
  t.notOk(isBackedUp(parent.adminDir));
  t.notOk(refs(parent).includes(beforeRef(parent)));

  writeFileSync(path.join(parent.adminDir, 'MERGE_HEAD'), `${parent.baseCommit}\n`);
  const mergeIt = (given: () => Promise<never>): Promise<unknown> =>
    failureOf(mergeInto({ worktree: parent, workMessage: 'x' }, given, journal));
  t.equal(await mergeIt(() => Promise.reject(refusal)), 'WORK_UNFINISHED', 'also of two failures');
  rmSync(path.join(parent.adminDir, 'MERGE_HEAD'));
  t.equal(await mergeIt(() => Promise.reject(refusal)), 'WORK_UNFINISHED');
  t.notOk(isBackedUp(parent.adminDir));
});

void t.test('a merge that is open keeps what puts it back, whoever asks for another one', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(parent.path, { a: 'ours\n' });
  put(child.path, { a: 'theirs\n' });
  const source = await sourceOf(child);
  await merge(parent, source);
  t.equal(await failureOf(merge(parent, source)), 'MERGE_IN_PROGRESS');
  t.ok(isBackedUp(parent.adminDir));
});

void t.test('a merge that conflicts is noted as open, and what would put it back stays', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(parent.path, { a: 'ours\n' });
  put(child.path, { a: 'theirs\n' });
  const journal = new TestJournal();
  await merge(parent, await sourceOf(child), { journal });
  t.strictSame(journal.noted, ['begun', 'left open']);
  t.ok(isBackedUp(parent.adminDir));
});

void t.test('what there is nothing of to merge is never noted', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  const journal = new TestJournal();
  t.equal(await merge(parent, await sourceOf(child), { journal }), null);
  t.strictSame(journal.noted, []);
  t.notOk(isBackedUp(parent.adminDir));
});

void t.test('what the agent changes after the plan is in the next one', async (t) => {
  const { parent, child } = await pair(t, { a: '1\n2\n3\n4\n5\n6\n7\n' });
  put(child.path, { a: '1\n2\n3\n4\n5\n6\ntheirs\n' });
  const journal = new TestJournal((what) => {
    if (what === 'begun') put(parent.path, { a: 'own\n2\n3\n4\n5\n6\n7\n' });
  });
  await merge(parent, await sourceOf(child), { journal });
  t.strictSame(journal.noted, ['begun', 'planned anew', 'committed']);
  t.equal(readFileSync(path.join(parent.path, 'a'), 'utf8'), 'own\n2\n3\n4\n5\n6\ntheirs\n');
});

void t.test('a merge into a worktree that never holds still is given up, with what its agent did', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(child.path, { a: 'theirs\n' });
  let times = 0;
  const journal = new TestJournal((what) => {
    if (what === 'begun' || what === 'planned anew') put(parent.path, { a: `own ${(times += 1)}\n` });
  });
  t.equal(await failureOf(merge(parent, await sourceOf(child), { journal })), 'REPOSITORY_BUSY');
  t.strictSame(journal.noted, ['begun', 'planned anew', 'planned anew', 'planned anew', 'aborted']);
  t.equal(readFileSync(path.join(parent.path, 'a'), 'utf8'), 'own 4\n');
});

void t.test('a merge that cannot be planned anew is given up, and what its agent did meanwhile is not taken back', async (t) => {
  const { parent, child } = await pair(t, { a: 'a\n' });
  put(child.path, { a: 'theirs\n' });
  const journal = new TestJournal((what) => {
    if (what !== 'begun') return;
    put(parent.path, { a: 'own\n', untracked: 'own\n' });
    // as its own git leaves it in the middle of a merge
    writeFileSync(path.join(parent.adminDir, 'MERGE_HEAD'), `${parent.baseCommit}\n`);
  });
  t.equal(await failureOf(merge(parent, await sourceOf(child), { journal })), 'MERGE_IN_PROGRESS');
  t.strictSame(journal.noted, ['begun', 'aborted']);
  t.strictSame(
    ['a', 'untracked'].map((name) => readFileSync(path.join(parent.path, name), 'utf8')),
    ['own\n', 'own\n'],
  );
  t.ok(existsSync(path.join(parent.adminDir, 'MERGE_HEAD')), "and the merge of the agent's own is still under way");
});

void t.test('a merge that fails while it is carried out is taken back, and the failure is told', async (t) => {
  for (const at of ['merge files written', 'merge index installed', 'merge head moved']) {
    const { parent, child } = await pair(t, { a: 'a\n' });
    put(parent.path, { own: 'own\n' });
    put(child.path, { a: 'theirs\n', b: 'theirs\n' });
    const before = stateOf(parent);
    const failure = new Error(at);
    const journal = new TestJournal((what) => {
      if (what === at) throw failure;
    });
    t.equal(await failureOf(merge(parent, await sourceOf(child), { journal })), failure);
    t.strictSame(journal.noted, ['begun', 'aborting', 'aborted'], at);
    t.strictSame(stateOf(parent), before, at);
    t.notOk(isBackedUp(parent.adminDir));
  }
});

void t.test('what an agent goes on to write after a daemon died over a merge in its worktree stays', async (t) => {
  for (const at of ['merge files written', 'merge index installed']) {
    const { parent, child } = await pair(t, { a: 'a\n', mine: 'mine\n' });
    put(parent.path, { notes: 'one\n' });
    put(child.path, { a: 'theirs\n', b: 'theirs\n' });
    const before = stateOf(parent);
    const journal = new TestJournal((what) => {
      if (what === at) throw new Error(what);
    });
    // nor does anybody take it back
    journal.aborting = () => Promise.reject(new Error('dead'));
    await failureOf(merge(parent, await sourceOf(child), { journal }));
    t.strictSame(journal.noted.slice(0, 1), ['begun']);
    t.equal(readFileSync(path.join(parent.path, 'a'), 'utf8'), 'theirs\n', 'the merge is in the worktree');
    put(parent.path, { notes: 'one\ntwo\n', mine: 'mine, changed\n' });
    if (journal.record === null) throw new Error('no plan');
    await undoHalf(parent, journal.record);
    t.equal(readFileSync(path.join(parent.path, 'notes'), 'utf8'), 'one\ntwo\n', at);
    t.equal(readFileSync(path.join(parent.path, 'mine'), 'utf8'), 'mine, changed\n', at);
    put(parent.path, { notes: 'one\n', mine: 'mine\n' });
    t.strictSame({ ...stateOf(parent) }, before, `${at}: all else is as it was`);
    // and the merge can be made once more
    t.not(await merge(parent, await sourceOf(child)), null);
  }
});
