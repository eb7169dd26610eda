import t from 'tap';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { spawnDaemon } from '../support/daemon-process.ts';
import { isAlive, scratch, userRepository } from '../support/daemon.ts';
import { copyHome, doneTask, ended, filesThatName, pidOf, runsLeft, stateOf, taskOf, textOf, workingTask } from './home-fixture.ts';

const agent = 'by-task-name';

void t.test(
  'a start that dies while it changes the paths of a moved home is gone on with, also where the home was moved again',
  async (t) => {
    const [base, repository] = [scratch(t), userRepository(t)];
    let home = join(base, 'home-0');
    const daemon = await spawnDaemon(t, home, agent);
    const done = await doneTask(
      daemon,
      'echo one >one.txt && git add one.txt && git -c user.name=U -c user.email=u@example.com commit -qm one --allow-empty && echo two >two.txt',
      { repositoryUrl: repository },
    );
    const diff = await textOf(daemon, `/tasks/${done.id}/diff`);
    await daemon.kill('SIGTERM');
    const move = (to: string): void => {
      renameSync(home, join(base, to));
      home = join(base, to);
    };
    for (const [index, point] of [
      'relocation begun',
      'git directories relocated',
      'notes relocated',
      'store relocated',
      'home relocated',
    ].entries()) {
      move(`half-${index}`);
      await t.rejects(spawnDaemon(t, home, agent, {}, point), /ended before it served/, point);
      // Half of its paths name one place, half the other.
      if (index % 2 === 1) move(`again-${index}`);
      const next = await spawnDaemon(t, home, agent);
      t.equal(await textOf(next, `/tasks/${done.id}/diff`), diff, point);
      t.strictSame(
        filesThatName(home, base).filter((file) =>
          readFileSync(file, 'utf8').replaceAll(`${home}/`, '').replaceAll(`"${home}"`, '').includes(base),
        ),
        [],
        point,
      );
      await next.kill('SIGTERM');
    }
    const last = await spawnDaemon(t, home, agent);
    await last.call('POST', `/tasks/${done.id}/start`);
    t.equal((await ended(last, done.id)).status, 'done');
    t.equal((await last.call('DELETE', `/tasks/${done.id}`)).status, 204);
  },
);

void t.test('a start that dies while it adopts a copy is gone on with by the next, without being told again', async (t) => {
  const [home, repository] = [join(scratch(t), 'home'), userRepository(t)];
  const daemon = await spawnDaemon(t, home, agent);
  const done = await doneTask(daemon, 'echo one >one.txt', { repositoryUrl: repository });
  const working = await workingTask(daemon);
  await runsLeft(home, 1);
  const before = stateOf(home);
  for (const point of ['git directories relocated', 'store relocated', 'keys revoked', 'home relocated']) {
    const copy = join(scratch(t), 'copy');
    copyHome(home, copy);
    await t.rejects(spawnDaemon(t, copy, agent, {}, point, ['--adopt']), /ended before it served/, point);
    const other = await spawnDaemon(t, copy, agent);
    t.match(await textOf(other, `/tasks/${done.id}/diff`), /one/, point);
    t.equal((await taskOf(other, working.id)).status, 'failed', point);
    for (const { id } of [done, working]) t.equal((await other.call('DELETE', `/tasks/${id}`)).status, 204, point);
    await other.kill('SIGTERM');
  }
  t.strictSame(stateOf(home), before);
  t.ok(isAlive(pidOf(home)));
  await daemon.call('POST', `/tasks/${working.id}/stop`, { graceful: false });
  await ended(daemon, working.id);
});
