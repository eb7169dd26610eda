import t from 'tap';
import { isOutOfReach, readExistingBranch } from '../../../src/domain/names/existing-branch.ts';

void t.test('branches and pull requests', (t) => {
  for (const text of ['#7', 'pull/7', 'pull/7/head', 'refs/pull/7/head', '#7/head'])
    t.strictSame(readExistingBranch(text), { kind: 'pull', number: 7, repository: null }, text);
  for (const text of [
    'https://github.com/acme/widgets/pull/12',
    'https://GitHub.com/acme/widgets/pull/12/files?w=1#diff-0',
    'http://github.com:80/acme/widgets/pull/12/',
  ])
    t.strictSame(
      readExistingBranch(text),
      { kind: 'pull', number: 12, repository: { host: 'github.com', owner: 'acme', repo: 'widgets' } },
      text,
    );
  for (const name of [
    'main',
    'pull/x',
    'pull/0',
    'pull/7/merge',
    '7',
    '#',
    'a#7',
    'https://github.com/acme/widgets',
    'https://user@github.com/a/b/pull/1',
    'pull/1234567890',
    'x/pull/7',
  ])
    t.strictSame(readExistingBranch(name), { kind: 'branch', name }, name);
  t.end();
});

void t.test('what a push to origin cannot reach', (t) => {
  t.ok(isOutOfReach({ continuesBranch: 'pull/7/head', branch: 'pull/7' }));
  t.notOk(isOutOfReach({ continuesBranch: 'pull/7/head', branch: 'fix' }));
  t.notOk(isOutOfReach({ continuesBranch: 'fix', branch: 'fix' }));
  t.notOk(isOutOfReach({ continuesBranch: null, branch: 'pull/7' }));
  t.end();
});
