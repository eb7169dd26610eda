/** The tour in the README, as a user pastes it into a shell. */
import t, { type Test } from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readTour } from '../demo/tour.ts';
import { scratch, startDaemon, userRepository, type TestDaemon } from './support/daemon.ts';

const take = async (t: Test, daemon: TestDaemon, repository: string, before = ''): Promise<{ code: unknown; out: string; err: string }> => {
  const home = scratch(t);
  symlinkSync(daemon.home, join(home, '.makima'));
  const { assignments, blocks } = readTour();
  const commands = blocks.join('');
  const own = assignments.replace(/^API=.*$/m, `API=${daemon.app.url}/api/v1/mesh`).replace(/^REPO=\S+/m, `REPO=${repository}`);
  // Files, as where it is a script's: what opens them anew, as tee /dev/stderr does, begins them anew.
  const [out, err] = [join(home, 'out'), join(home, 'err')];
  const child = spawn(
    'bash',
    ['-c', before + own + commands.replace('Write hello.html, a page that says hello.', 'RUN: echo hello > hello.html')],
    { env: { ...process.env, HOME: home }, stdio: ['ignore', openSync(out, 'w'), openSync(err, 'w')] },
  );
  const [code] = await once(child, 'exit');
  unlinkSync(join(home, '.makima'));
  return { code, out: readFileSync(out, 'utf8'), err: readFileSync(err, 'utf8') };
};

void t.test('it comes to a patch in the repository', async (t) => {
  const repository = userRepository(t);
  const { code, out, err } = await take(t, await startDaemon(t, 'runs-plan'), repository);
  t.equal(code, 0, err);
  t.match(out, /\[makima\] done\n[0-9a-f-]{36}\tdone\tHello\ndiff --git a\/hello\.html b\/hello\.html\n/);
  t.match(err, /^[0-9a-f-]{36}\tqueued\tHello\n$/);
  t.equal(readFileSync(join(repository, 'hello.html'), 'utf8'), 'hello\n');
});

void t.test('with a path that is no repository it ends with what is wrong', async (t) => {
  const { code, out, err } = await take(t, await startDaemon(t, 'runs-plan'), '/no/such/project');
  t.not(code, 0);
  t.match(err, /"code":"INVALID_REPOSITORY"[^]*no task was made, see above/);
  t.equal(out, '', 'nothing is asked of a task that there is not');
  t.notOk(existsSync('/no/such/project'));
});

void t.test('in a script it takes nothing from the files that it writes into', async (t) => {
  const { code, out, err } = await take(t, await startDaemon(t, 'runs-plan'), userRepository(t), 'echo before; echo before >&2\n');
  t.equal(code, 0, err);
  t.match(out, /^before\n/);
  t.match(err, /^before\n[0-9a-f-]{36}\tqueued\tHello\n$/);
});
