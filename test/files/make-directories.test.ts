import t from 'tap';
import { realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectories } from '../../src/files/make-directories.ts';

void t.test('directories are made with those above them, and the first that was made is told', async (t) => {
  const home = realpathSync(t.testdir());
  const [deep, file, link] = [path.join(home, 'a/b/c'), path.join(home, 'file'), path.join(home, 'link')];
  t.equal(await makeDirectories(deep, 0o700), path.join(home, 'a'));
  t.equal(statSync(path.join(home, 'a')).mode & 0o777, 0o700);
  t.equal(await makeDirectories(deep), undefined);
  symlinkSync(deep, link);
  t.equal(await makeDirectories(path.join(link, 'd')), path.join(link, 'd'), 'through a link');
  t.equal(await makeDirectories(link), undefined);
  const raced = await Promise.all([1, 2, 3].map(() => makeDirectories(path.join(home, 'e/f/g'))));
  t.equal(raced.filter((first) => first === path.join(home, 'e')).length, 1, 'one of those that race has made it');
  writeFileSync(file, '');
  await t.rejects(makeDirectories(file), { code: 'EEXIST' });
  await t.rejects(makeDirectories(path.join(file, 'below')), { code: 'ENOTDIR' });
  symlinkSync('/nowhere', path.join(home, 'dangling'));
  await t.rejects(makeDirectories(path.join(home, 'dangling')), { code: 'ENOENT' });
});

void t.test('where a file system makes none, it ends', { skip: process.platform !== 'linux' && 'there is no /proc' }, (t) =>
  t.rejects(makeDirectories('/proc/deep/er'), { code: 'ENOENT' }),
);
