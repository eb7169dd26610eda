import t from 'tap';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { branchName } from '../../../src/domain/names/branch-name.ts';

const id = '0123abcd-0000-4000-8000-000000000000';

void t.test('the name in dashes and the first 8 of the id', async (t) => {
  t.equal(branchName('Add a login page!', id), 'makima/add-a-login-page-0123abcd');
  t.equal(branchName('  ../../etc; rm -rf ~ ', id), 'makima/etc-rm-rf-0123abcd');
  t.equal(branchName('日本語 Ünïcode', id), 'makima/日本語-ünïcode-0123abcd');
  t.equal(branchName('🎉 ...', id), 'makima/task-0123abcd');
});

void t.test('git takes the branch of any name', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      execFileSync('git', ['check-ref-format', '--branch', branchName(name, id)]);
    }),
    { numRuns: 50 },
  );
});
