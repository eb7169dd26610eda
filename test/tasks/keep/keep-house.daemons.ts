/** What a daemon does for the disk by itself, on a clock that is put ahead by days. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Info } from '../../../schemas/info.ts';
import type { WorktreeInfo } from '../../../schemas/worktree.ts';
import { git, startDaemon, type TestDaemon } from '../../support/daemon.ts';

const restore = (daemon: TestDaemon, id: string) => daemon.call('POST', `/tasks/${id}/worktree/restore`);

const day = 24 * 3600_000;

void t.test('the worktrees of trees that ended long ago go by themselves, no others; an idle home is left alone', async (t) => {
  let ahead = 0;
  let rounds = 0;
  const round = (): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const aim = rounds + 2;
    waiting.push(() => rounds >= aim && resolve(undefined));
    return promise;
  };
  const waiting: (() => unknown)[] = [];
  const daemon = await startDaemon(
    t,
    'runs-plan',
    { MAKIMA_WORKTREE_DAYS: '7', MAKIMA_SNAPSHOT_DAYS: '1' },
    { keepEveryMs: 20 },
    {
      now: () => new Date(Date.now() + ahead),
      reached: (point) => {
        if (point !== 'house kept') return;
        rounds += 1;
        for (const each of waiting) each();
      },
    },
  );
  const isThere = async (id: string): Promise<boolean> => (await daemon.call<WorktreeInfo>('GET', `/tasks/${id}/worktree`)).body.exists;
  const many = 'i=0; while [ $i -lt 1100 ]; do echo $i > f$i; i=$((i + 1)); done; git add -A; git commit -q -m many';
  const old = await daemon.ended((await daemon.start({ plan: `RUN: ${many}` })).id);
  const inside = 'git init -q inside; cd inside; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m own';
  const nested = await daemon.ended((await daemon.start({ plan: `RUN: ${inside}` })).id);
  const linked = await daemon.ended((await daemon.start({ plan: `RUN: ${inside}; cd ..; git add inside` })).id);
  const leads = await daemon.ended((await daemon.start({ isOrchestrator: true, plan: 'RUN: true' })).id);
  const part = await daemon.ended((await daemon.start({ parentTaskId: leads.id, plan: 'RUN: true' })).id);
  const gitDirOf = ({ id }: { id: string }): string => join(daemon.home, 'repositories', `${id}.git`);
  ahead = 6 * day;
  await round();
  t.ok(await isThere(old.id));
  t.match(git(gitDirOf(old), 'count-objects', '-v'), /^count: \d\d?$/m, 'its many objects are in a pack');
  git(gitDirOf(part), 'update-ref', 'refs/makima/merges/x/before', 'HEAD');
  t.equal((await daemon.call('POST', `/tasks/${leads.id}/start`)).status, 202);
  await daemon.ended(leads.id);
  ahead = 8 * day;
  await round();
  t.notOk(await isThere(old.id));
  t.ok(await isThere(nested.id), 'in it are commits that are nowhere else');
  t.ok(await isThere(linked.id), 'and in one whose index has them');
  t.ok(await isThere(part.id), 'its parent has ended two days ago alone');
  t.match(await restore(daemon, old.id), { status: 200 });
  await round();
  t.ok(await isThere(old.id), 'brought back, it stays as long again');
  ahead = 14 * day;
  await round();
  t.notOk(await isThere(part.id));
  t.notOk(await isThere(leads.id));
  t.match(git(gitDirOf(part), 'for-each-ref'), /makima\/merges/);
  ahead += 2 * day;
  await round();
  t.notMatch(git(gitDirOf(part), 'for-each-ref'), /makima\/merges/, 'a snapshot of before a merge has its time');
  t.match(git(gitDirOf(part), 'for-each-ref'), /makima\/kept/);
  t.notOk(await isThere(old.id));
  t.equal((await restore(daemon, old.id)).status, 200);
  await round();
  const { body: info } = await daemon.call<Info>('GET', '/info');
  t.ok(info.disk.usage.worktreeBytes > 0 && info.disk.usage.repositoryBytes > 0 && info.disk.usage.logBytes > 0, JSON.stringify(info.disk));
  t.ok(Date.parse(info.disk.usage.measuredAt ?? '') > Date.now() + 13 * day);
  const metrics = await fetch(`${daemon.app.url}/metrics`, { headers: { authorization: `Bearer ${daemon.token}` } });
  t.match(await metrics.text(), new RegExp(`makima_disk_bytes\\{what="worktree"\\} ${info.disk.usage.worktreeBytes}\n`));
  const notes = join(daemon.home, 'disk-usage.json');
  await round();
  const { mtimeMs } = statSync(notes);
  await round();
  await round();
  t.equal(statSync(notes).mtimeMs, mtimeMs, 'nothing is measured where nothing has happened');
});
