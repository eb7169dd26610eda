import { lstatSync, readFileSync, readlinkSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { ConflictKind } from '../../schemas/merge.ts';
import { MakimaError, type ErrorCode } from '../../src/errors.ts';
import { showPath } from '../../src/git/command/show-path.ts';
import { commit, conflictsIn, inside, mergeOrFail, pair, put, resolve, stateOf, undo, type Entry } from './merge-fixture.ts';

const lines = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');

interface Case {
  base: Record<string, Entry>;
  ours: Record<string, Entry>;
  theirs: Record<string, Entry>;
  conflicts: Record<string, ConflictKind>;
  /** What each answer leaves, if it is given for every file. */
  after: { ours: Record<string, Entry>; theirs: Record<string, Entry> };
}

const cases: Record<string, Case> = {
  'both changed': {
    base: { f: 'a\n' },
    ours: { f: 'o\n' },
    theirs: { f: 't\n' },
    conflicts: { f: 'both-modified' },
    after: { ours: { f: 'o\n' }, theirs: { f: 't\n' } },
  },
  'both added': {
    base: { g: 'g' },
    ours: { f: 'o\n' },
    theirs: { f: 't\n' },
    conflicts: { f: 'both-added' },
    after: { ours: { f: 'o\n' }, theirs: { f: 't\n' } },
  },
  'deleted here, changed there': {
    base: { f: 'a\n' },
    ours: { f: null },
    theirs: { f: 'a\nt\n' },
    conflicts: { f: 'deleted-by-us' },
    after: { ours: { f: null }, theirs: { f: 'a\nt\n' } },
  },
  'changed here, deleted there': {
    base: { f: 'a\n' },
    ours: { f: 'a\no\n' },
    theirs: { f: null },
    conflicts: { f: 'deleted-by-them' },
    after: { ours: { f: 'a\no\n' }, theirs: { f: null } },
  },
  'renamed to two names': {
    base: { f: lines(1, 20) },
    ours: { f: null, fo: lines(1, 20) },
    theirs: { f: null, ft: lines(1, 20) },
    conflicts: { f: 'rename-rename', fo: 'rename-rename', ft: 'rename-rename' },
    after: { ours: { f: null, fo: lines(1, 20), ft: null }, theirs: { f: null, fo: null, ft: lines(1, 20) } },
  },
  'renamed and deleted': {
    base: { f: lines(1, 20) },
    ours: { f: null, fo: lines(1, 20) },
    theirs: { f: null },
    conflicts: { fo: 'rename-delete' },
    after: { ours: { f: null, fo: lines(1, 20) }, theirs: { f: null, fo: null } },
  },
  modes: {
    base: { g: 'g' },
    ours: { f: 'same\n' },
    theirs: { f: { run: 'same\n' } },
    conflicts: { f: 'mode' },
    after: { ours: { f: 'same\n' }, theirs: { f: { run: 'same\n' } } },
  },
  'links that differ': {
    base: { f: { link: 'a' } },
    ours: { f: { link: 'o' } },
    theirs: { f: { link: 't' } },
    conflicts: { f: 'symlink' },
    after: { ours: { f: { link: 'o' } }, theirs: { f: { link: 't' } } },
  },
  'a link against a file': {
    base: { f: 'a\n' },
    ours: { f: { link: 'o' } },
    theirs: { f: 'a\nt\n' },
    conflicts: { f: 'symlink', 'f~theirs': 'symlink' },
    after: { ours: { f: { link: 'o' }, 'f~theirs': null }, theirs: { f: null, 'f~theirs': 'a\nt\n' } },
  },
  binary: {
    base: { f: Buffer.from('a\0a') },
    ours: { f: Buffer.from('a\0o') },
    theirs: { f: Buffer.from('a\0t') },
    conflicts: { f: 'binary' },
    after: { ours: { f: Buffer.from('a\0o') }, theirs: { f: Buffer.from('a\0t') } },
  },
  'a directory against a file': {
    base: { g: 'g' },
    ours: { f: 'file\n' },
    theirs: { 'f/in': 'in\n' },
    conflicts: { 'f~ours': 'directory-file' },
    after: { ours: { 'f~ours': 'file\n', 'f/in': 'in\n' }, theirs: { 'f~ours': null, 'f/in': 'in\n' } },
  },
  'names that break lines': {
    base: { ' a "b"\n\tü\\日本 ': 'a\n', '-rf': 'a\n', ':(top)x': 'a\n' },
    ours: { ' a "b"\n\tü\\日本 ': 'o\n', '-rf': 'o\n', ':(top)x': 'o\n' },
    theirs: { ' a "b"\n\tü\\日本 ': 't\n', '-rf': 't\n', ':(top)x': 't\n' },
    conflicts: { ' a "b"\n\tü\\日本 ': 'both-modified', '-rf': 'both-modified', ':(top)x': 'both-modified' },
    after: {
      ours: { ' a "b"\n\tü\\日本 ': 'o\n', '-rf': 'o\n', ':(top)x': 'o\n' },
      theirs: { ' a "b"\n\tü\\日本 ': 't\n', '-rf': 't\n', ':(top)x': 't\n' },
    },
  },
};

const holds = (root: string, entries: Record<string, Entry>): boolean =>
  Object.entries(entries).every(([name, entry]) => {
    const file = path.join(root, name);
    if (entry === null) return !existsSync(file);
    if (typeof entry === 'object' && 'link' in entry) return readlinkSync(file) === entry.link;
    const isRunnable = (lstatSync(file).mode & 0o111) !== 0;
    if (typeof entry === 'object' && 'run' in entry) return isRunnable && readFileSync(file, 'utf8') === entry.run;
    return !isRunnable && readFileSync(file).equals(Buffer.from(entry));
  });

const rejectsWith = async (t: Test, promise: Promise<unknown>, code: ErrorCode): Promise<void> => {
  const outcome: unknown = await promise.then(
    () => 'it resolved',
    (error: unknown) => error,
  );
  t.equal(outcome instanceof MakimaError ? outcome.code : outcome, code);
};

/** Every case in a directory of its own, so that one merge meets them all. */
const gather = <T>(of: (each: Case) => Record<string, T>): Record<string, T> =>
  Object.fromEntries(
    Object.values(cases).flatMap((each, index) => Object.entries(of(each)).map(([name, value]) => [`${index}/${name}`, value])),
  );
const expected = gather((each) => each.conflicts);

for (const committed of [true, false]) {
  for (const strategy of ['ours', 'theirs', 'manual', 'abort'] as const) {
    void t.test(`${strategy}, with work of the parent's ${committed ? 'committed' : 'uncommitted'}`, async (t) => {
      const { parent, child } = await pair(t, { ...gather((each) => each.base), other: 'other\n' });
      put(
        parent.path,
        gather((each) => each.ours),
      );
      put(child.path, { ...gather((each) => each.theirs), fine: 'fine\n' });
      if (committed) for (const worktree of [parent, child]) inside(worktree, 'add', '-A');
      if (committed) for (const worktree of [parent, child]) inside(worktree, 'commit', '-qm', 'work');
      const before = stateOf(parent);
      const childBefore = stateOf(child);
      const plan = await mergeOrFail(parent, child);
      t.strictSame(Object.fromEntries((await conflictsIn(parent, plan.record)).map(({ path, kind }) => [showPath(path), kind])), expected);
      t.ok(holds(parent.path, { fine: 'fine\n' }), 'what has no conflict is in');
      await rejectsWith(t, commit(parent, plan.record, 'too early'), 'CONFLICTS_LEFT');
      if (strategy === 'abort') {
        await undo(parent, plan);
        t.strictSame(stateOf(parent), before);
        await undo(parent, plan);
        t.strictSame(stateOf(parent), before, 'a second time too');
        return;
      }
      for (const file of Object.keys(expected)) {
        const found = lstatSync(path.join(parent.path, file), { throwIfNoEntry: false });
        if (strategy === 'manual' && found?.isFile() === true) writeFileSync(path.join(parent.path, file), 'by hand\n');
        await resolve(parent, plan.record, file, strategy, null);
      }
      t.strictSame(await conflictsIn(parent, plan.record), []);
      if (strategy !== 'manual')
        for (const [name, { after }] of Object.entries(cases))
          t.ok(holds(path.join(parent.path, String(Object.keys(cases).indexOf(name))), after[strategy]), name);
      const merged = await commit(parent, plan.record, 'merged');
      t.equal(inside(parent, 'rev-parse', 'HEAD').trim(), merged);
      t.equal(inside(parent, 'rev-list', '--parents', '-1', 'HEAD').trim().split(' ')[2], plan.record.source);
      t.equal(inside(parent, 'status', '--porcelain'), '', 'all of it is committed');
      t.strictSame(stateOf(child), childBefore, "the subtask's worktree is as it was");
    });
  }
}
