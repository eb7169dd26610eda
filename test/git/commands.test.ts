/** How many git commands an action takes: each is a process that the daemon has to make, and no machine makes it faster. */
import t from 'tap';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lookOver } from '../../src/git/snapshot/look-over.ts';
import { addWorktree } from '../../src/git/worktree/add-worktree.ts';
import { continueWorktree } from '../../src/git/worktree/continue-worktree.ts';
import { removeWorktree } from '../../src/git/worktree/remove-worktree.ts';
import { isolate, open, userRepository, wantedOf, write } from './git-fixture.ts';

void t.test('commands of a start, a continuation, a look and a removal', async (t) => {
  const home = isolate(t);
  const source = userRepository(path.join(home, 'source'), { 'a.txt': 'a\n' });
  const log = path.join(home, 'commands');
  const git = path.join(home, 'bin', 'git');
  mkdirSync(path.dirname(git));
  writeFileSync(
    git,
    `#!/bin/sh\necho "$*" >> '${log}'\nexec '${execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()}' "$@"\n`,
  );
  chmodSync(git, 0o755);
  const before = process.env['PATH'];
  process.env['PATH'] = `${path.dirname(git)}:${before ?? ''}`;
  t.teardown(() => {
    process.env['PATH'] = before;
  });
  const counted = async <T>(step: () => Promise<T>): Promise<{ result: T; commands: string[] }> => {
    writeFileSync(log, '');
    const result = await step();
    return {
      result,
      commands: readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    };
  };
  const start = () =>
    counted(async () => {
      const repository = await open(home, source);
      return { repository, ...(await addWorktree(repository, await wantedOf(home, repository))) };
    });
  const first = await start();
  t.ok(first.commands.length <= 9, `the first start on a source: ${first.commands.length}`);
  const second = await start();
  t.ok(second.commands.length <= 1, `a later one, of a source that stands as it did: ${second.commands.length}`);
  execFileSync('git', ['commit', '-q', '--allow-empty', '-m', 'more'], { cwd: source });
  const changed = await start();
  t.ok(changed.commands.length <= 6, `one of a source with something new: ${changed.commands.length}`);
  const { repository, worktree } = second.result;
  const scratch = await counted(async () => {
    const empty = await open(home, null);
    return addWorktree(empty, await wantedOf(home, empty));
  });
  t.same(scratch.commands, [], 'a scratch directory');
  write(worktree.path, { 'b.txt': 'b\n' });
  t.equal((await counted(() => lookOver(worktree))).commands.length, 2, 'a look over a worktree in which nothing is strange');
  const wanted = await wantedOf(home, repository);
  const continued = await counted(() => continueWorktree(worktree, repository, wanted));
  t.ok(continued.commands.length <= 4, `a continuation: ${continued.commands.length}`);
  t.same((await counted(() => removeWorktree(continued.result, { keptDir: wanted.keptDir }))).commands, [], 'putting away what is kept');
});
