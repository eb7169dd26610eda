import t from 'tap';
import { lookAtProcesses } from '../../src/process/look.ts';
import { platform } from '../../src/process/platform/index.ts';
import { terminateRun } from '../../src/process/terminate.ts';
import { closeInput } from '../../src/process/write-input.ts';
import { launchScript, lineOf, newRun } from './helper.ts';

void t.test('all who ask before a look begins are answered by it, and who asks later by the next', async (t) => {
  const reads = t.capture(platform, 'table', platform.table.bind(platform));
  const first = await Promise.all(Array.from({ length: 100 }, lookAtProcesses));
  t.equal(new Set(first).size, 1);
  t.equal(reads().length, 1);

  const begun = Promise.withResolvers<undefined>();
  const table = platform.table.bind(platform);
  t.intercept(platform, 'table', {
    value: (variable: string) => {
      begun.resolve(undefined);
      return table(variable);
    },
    configurable: true,
  });
  const under = lookAtProcesses();
  await begun.promise;
  const [one, other] = [lookAtProcesses(), lookAtProcesses()];
  t.not(await one, await under, 'what has begun to be read answers nobody who asks now');
  t.equal(await one, await other);
});

void t.test('a look that fails fails those who asked for it alone', async (t) => {
  const table = platform.table.bind(platform);
  let fails = true;
  t.intercept(platform, 'table', {
    value: async (variable: string) => {
      if (!fails) return table(variable);
      fails = false;
      throw new Error('no table');
    },
    configurable: true,
  });
  await t.rejects(lookAtProcesses(), { message: 'no table' });
  t.ok((await lookAtProcesses()).byPid.has(process.pid));
});

void t.test('ten runs that are ended at once need no more looks than a few', async (t) => {
  const first = await newRun(t);
  const runs = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const run = index === 0 ? first : await newRun(t, first.cwd);
      const handle = await launchScript(run, 'echo ready; read -r line; exit 0');
      await lineOf(run.paths.out, (line) => line === 'ready');
      return { run, handle };
    }),
  );
  const reads = t.capture(platform, 'table', platform.table.bind(platform));
  const ended = await Promise.all(
    runs.map(({ run, handle }) =>
      terminateRun(handle, run.directory, {
        interrupt: () => closeInput(run.directory),
        graces: { interruptMs: 60_000, terminateMs: 60_000, killMs: 60_000 },
      }),
    ),
  );
  for (const each of ended) t.match(each, { exit: { exitCode: 0 }, by: 'interrupt', survivors: [] });
  const { length } = reads();
  t.ok(length <= 3 * runs.length, `${length} looks, where each for itself would make 3 or more`);
});
