import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import fc from 'fast-check';
import { showPath } from '../../src/git/command/show-path.ts';
import type { Strategy } from '../../src/git/merge/conflicts.ts';
import { removeWorktree } from '../../src/git/worktree/remove-worktree.ts';
import type { Worktree } from '../../src/git/worktree/worktree.ts';
import { isolate, open, userRepository, write, worktreeOf } from './git-fixture.ts';
import { commit, inside, merge, put, resolve, sourceOf, stateOf, undo } from './merge-fixture.ts';

/**
 * Every side puts lines of its own, which nobody else writes, into the sections of a few files. So each edit can be looked
 * for at the end: it is there, or one who resolved a conflict said that it was not to be.
 */
const names = ['a', 'b c', 'd/é"\n'] as const;
const sections = 3;
/** Lines between two sections, more than git looks at around a change. */
const between = Array.from({ length: 5 }, (_, index) => `between ${index}\n`).join('');

interface Edit {
  file: (typeof names)[number];
  section: number;
}

/** What one side does: edits of files that are there, new files, and whether it commits them. */
interface Side {
  edits: Edit[];
  adds: string[];
  commits: 'nothing' | 'half' | 'all';
  answers: ('ours' | 'theirs' | 'both' | 'abort')[];
}

const side = fc.record<Side>({
  edits: fc.uniqueArray(fc.record({ file: fc.constantFrom(...names), section: fc.nat(sections - 1) }), {
    maxLength: 4,
    selector: ({ file, section }) => `${file} ${section}`,
  }),
  adds: fc.uniqueArray(fc.constantFrom('new', 'd/new', 'x/y/z'), { maxLength: 2 }),
  commits: fc.constantFrom('nothing', 'half', 'all'),
  answers: fc.array(fc.constantFrom('ours', 'theirs', 'both', 'abort'), { minLength: 3, maxLength: 3 }),
});

const lineOf = (who: string, { file, section }: Edit): string => `${who} was in section ${section} of ${JSON.stringify(file)}`;
const addedLine = (who: string, file: string): string => `${who} has made ${file}`;
const base = (): string => Array.from({ length: sections }, (_, section) => `section ${section}\n${between}`).join('');

/** @returns the lines that are the side's own */
const work = (worktree: Worktree, who: string, { edits, adds, commits }: Side): string[] => {
  for (const edit of edits) {
    const file = path.join(worktree.path, edit.file);
    write(worktree.path, {
      [edit.file]: readFileSync(file, 'utf8').replace(new RegExp(`section ${edit.section}$`, 'm'), lineOf(who, edit)),
    });
  }
  if (commits === 'half') inside(worktree, 'add', '-A');
  if (commits === 'half') inside(worktree, 'commit', '-q', '--allow-empty', '-m', who);
  put(worktree.path, Object.fromEntries(adds.map((file) => [file, `${addedLine(who, file)}\n`])));
  if (commits === 'all') inside(worktree, 'add', '-A');
  if (commits === 'all') inside(worktree, 'commit', '-q', '--allow-empty', '-m', who);
  return [...edits.map((edit) => lineOf(who, edit)), ...adds.map((file) => addedLine(who, file))];
};

const textOf = (worktree: Worktree): string => inside(worktree, 'grep', '--untracked', '-h', '-e', 'section', '-e', 'has made', '--', '.');
const linesIn = (worktree: Worktree): Set<string> => new Set(textOf(worktree).split('\n'));
const withoutMarkers = (content: string): string =>
  content
    .split('\n')
    .filter((line) => !/^(?:<{7}|={7}|>{7})/.test(line))
    .join('\n');

void t.test('whatever is merged in whatever order, no edit is missing that was not overruled, and abort is an exact undo', async (t) => {
  const home = isolate(t);
  const repository = await open(home, userRepository(path.join(home, 'source'), Object.fromEntries(names.map((name) => [name, base()]))));
  const newWorktree = (): Promise<Worktree> => worktreeOf(home, repository);

  await fc.assert(
    fc.asyncProperty(side, fc.array(side, { minLength: 1, maxLength: 3 }), async (own, others) => {
      const parent = await newWorktree();
      const children: Worktree[] = [];
      try {
        /** Every line that must be there at the end. */
        const owed = new Set(work(parent, 'the parent', own));
        for (const [index, other] of others.entries()) {
          const child = await newWorktree();
          children.push(child);
          const lines = work(child, `child ${index}`, other);
          const before = stateOf(parent);
          const already = linesIn(parent);
          const plan = await merge(parent, await sourceOf(child));
          if (plan === null) {
            t.strictSame(lines, []);
            continue;
          }
          if (plan.record.commit === null && other.answers.includes('abort')) {
            await undo(parent, plan);
            t.strictSame(stateOf(parent), before);
            continue;
          }
          for (const line of lines) owed.add(line);
          for (const [position, { path: encoded }] of plan.record.conflicts.entries()) {
            const file = showPath(Buffer.from(encoded, 'base64'));
            const answer = other.answers[position % other.answers.length] ?? 'ours';
            const content = readFileSync(path.join(parent.path, file), 'utf8');
            if (answer === 'both') write(parent.path, { [file]: withoutMarkers(content) });
            const strategy: Strategy = answer === 'ours' || answer === 'theirs' ? answer : 'manual';
            await resolve(parent, plan.record, file, strategy, null);
            if (strategy === 'manual') continue;
            // the whole file is the other side's: that one's lines in it are overruled
            const overruled = (line: string): boolean => line.endsWith(`of ${JSON.stringify(file)}`) || line.endsWith(`made ${file}`);
            for (const line of [...owed])
              if (overruled(line) && (strategy === 'ours' ? lines.includes(line) : already.has(line) && !lines.includes(line)))
                owed.delete(line);
          }
          if (plan.record.commit === null) await commit(parent, plan.record, 'merged');
        }
        const found = linesIn(parent);
        t.strictSame(
          [...owed].filter((line) => !found.has(line)),
          [],
        );
        t.notMatch(inside(parent, 'status', '--porcelain'), /^(?:U|AA|DD|.U)/m);
      } finally {
        for (const worktree of [parent, ...children]) await removeWorktree(worktree, { keptDir: path.join(home, 'kept') });
      }
    }),
    { numRuns: Number(process.env['MERGE_RUNS'] ?? 8) },
  );
});
