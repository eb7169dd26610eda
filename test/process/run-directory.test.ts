import t from 'tap';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRunDirectory, removeRunDirectory, runDirectory } from '../../src/process/run-directory.ts';

void t.test("a run directory is its owner's alone, and made as often as one likes", async (t) => {
  const directory = runDirectory(join(t.testdir(), 'runs'), 'r1');
  const paths = await createRunDirectory(directory);
  await writeFile(paths.out, 'kept');
  t.same(await createRunDirectory(directory), paths);

  t.equal((await stat(directory)).mode & 0o777, 0o700);
  t.equal((await stat(paths.messages)).mode & 0o777, 0o700);
  t.ok((await stat(paths.in)).isFIFO());
  t.equal((await stat(paths.in)).mode & 0o777, 0o600);
  t.ok((await stat(paths.bell)).isFIFO());
  t.equal((await stat(paths.out)).size, 4);
  t.same((await readdir(directory)).sort(), ['err', 'in', 'messages', 'out']);

  await removeRunDirectory(directory);
  await removeRunDirectory(directory);
  await t.rejects(stat(directory), { code: 'ENOENT' });
});

void t.test('what fails halfway removes what it made and nothing else', async (t) => {
  const runs = t.testdir();
  const directory = runDirectory(runs, 'r1');
  await mkdir(join(directory, 'messages'), { recursive: true });
  await writeFile(join(directory, 'messages', 'bell'), 'no FIFO');
  await t.rejects(createRunDirectory(directory), { code: 'INTERNAL' });
  t.same(await readdir(directory), ['messages']);
  t.same(await readdir(join(directory, 'messages')), ['bell']);

  await writeFile(join(runs, 'r2'), 'a file');
  await t.rejects(createRunDirectory(runDirectory(runs, 'r2')), { code: 'INTERNAL' });
  t.same((await readdir(runs)).sort(), ['r1', 'r2']);
});

void t.test('the id of a run is one plain name', (t) => {
  for (const id of ['', '.', '..', '../x', 'a/b', '-x', 'a\n', 'x'.repeat(200)]) {
    t.throws(() => runDirectory('/runs', id), { code: 'INVALID_PATH' }, JSON.stringify(id));
  }
  t.equal(runDirectory('/runs', '0123abcd-0000-4000-8000-000000000000'), '/runs/0123abcd-0000-4000-8000-000000000000');
  t.end();
});
