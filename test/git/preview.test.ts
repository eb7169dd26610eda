/** What merges would come to, remembered: until anything that has a say in it is another. */
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { MergePreview } from '../../schemas/merge.ts';
import { previewOnce, receivingSide } from '../../src/git/merge/preview.ts';
import { snapshotTree } from '../../src/git/snapshot/snapshot.ts';
import { pair } from './merge-fixture.ts';
import { write } from './git-fixture.ts';

void t.test('attributes and settings of the user that come, change and go are heeded by the next preview', async (t) => {
  const { home, parent, child } = await pair(t, { a: 'one\n' });
  write(parent.path, { a: 'above\n' });
  write(child.path, { a: 'below\n' });
  const preview = async (): Promise<MergePreview> =>
    previewOnce(parent, await receivingSide(parent), { gitDir: child.gitDir, source: await receivingSide(child) });
  /** Asks more than once, so that what is answered in the end is remembered. */
  const isClean = async (): Promise<boolean> => {
    for (let time = 0; time < 3; time += 1) await preview();
    return (await preview()).clean;
  };
  t.notOk(await isClean());
  write(home, { '.config/git/attributes': 'a merge=union\n' });
  t.ok(await isClean(), 'attributes for all repositories');
  write(home, { '.config/git/attributes': '' });
  t.notOk(await isClean());
  write(home, { 'attributes-elsewhere': 'a merge=union\n' });
  appendFileSync(path.join(home, 'gitconfig'), `[core]\n\tattributesFile = ${home}/attributes-elsewhere\n`);
  t.ok(await isClean(), 'elsewhere, by a setting');
  write(home, { 'attributes-elsewhere': 'a merge=binary\n' });
  t.notOk(await isClean());
});

void t.test('a file of settings that was missing is read when it is there', async (t) => {
  const { home, parent } = await pair(t, { a: 'one\n' });
  process.env['GIT_CONFIG_GLOBAL'] = path.join(home, 'missing');
  const crlf = Buffer.from('one\r\ntwo\r\n');
  write(parent.path, { 'x.txt': crlf });
  const before = await snapshotTree(parent);
  for (let time = 0; time < 3; time += 1) t.equal(await snapshotTree(parent), before);
  writeFileSync(path.join(home, 'missing'), '[core]\n\tautocrlf = input\n');
  t.not(await snapshotTree(parent), before);
});

void t.test('settings and attributes that are links are those that they lead to, as who keeps dotfiles elsewhere has them', async (t) => {
  const { home, parent, child } = await pair(t, { a: 'one\n' });
  mkdirSync(path.join(home, 'dotfiles'));
  mkdirSync(path.join(home, '.config/git'), { recursive: true });
  const [settings, attributes] = [path.join(home, 'dotfiles/gitconfig'), path.join(home, 'dotfiles/attributes')];
  writeFileSync(settings, '');
  writeFileSync(attributes, '');
  symlinkSync(settings, path.join(home, 'linked'));
  symlinkSync(attributes, path.join(home, '.config/git/attributes'));
  process.env['GIT_CONFIG_GLOBAL'] = path.join(home, 'linked');
  /** Looks often enough that what is found is remembered. */
  const settled = async <T>(look: () => Promise<T>): Promise<T> => {
    for (let time = 0; time < 3; time += 1) await look();
    return look();
  };
  write(parent.path, { a: 'above\n', 'x.txt': 'one\r\n' });
  write(child.path, { a: 'below\n' });
  const preview = async (): Promise<MergePreview> =>
    previewOnce(parent, await receivingSide(parent), { gitDir: child.gitDir, source: await receivingSide(child) });
  t.notOk((await settled(preview)).clean);
  writeFileSync(attributes, 'a merge=union\n');
  t.ok((await settled(preview)).clean);
  const before = await settled(() => snapshotTree(parent));
  writeFileSync(settings, '[core]\n\tautocrlf = input\n');
  t.not(await settled(() => snapshotTree(parent)), before);
});
