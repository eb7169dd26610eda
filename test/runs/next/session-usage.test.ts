/** What of a task's usage is of the session that a run goes on with. */
import t from 'tap';
import { noUsage } from '../../../src/domain/usage.ts';
import { sessionUsage } from '../../../src/runs/next/session-usage.ts';

void t.test('the runs since the last that began a session; nothing is read where nobody counts by sessions', async (t) => {
  type Sample = ReturnType<typeof run>;
  const run = (number: number, resume: boolean, turns: number | null, handle: unknown = {}) => ({
    taskId: 'task',
    number,
    resume,
    handle,
    usage: turns === null ? null : { ...noUsage, turns },
  });
  let reads = 0;
  const used = async (
    runs: Sample[],
    countsSession: true | undefined,
    of: Sample | undefined = runs.at(-1),
  ): Promise<number | undefined> => {
    const listRuns = (): Promise<Sample[]> => {
      reads += 1;
      return Promise.resolve(runs);
    };
    if (of === undefined) throw new Error('There is no run');
    return (await sessionUsage({ store: { listRuns } }, { ...(countsSession && { countsSession }) }, of)).sessionUsage?.turns;
  };
  const first = run(1, false, 1);
  t.equal(await used([first, run(2, true, null)], undefined), undefined);
  t.equal(await used([first, run(2, false, null)], true), undefined);
  t.equal(reads, 0);
  t.equal(await used([first, run(2, true, 10), run(3, true, null), run(4, true, 100), run(5, true, null)], true), 111);
  t.equal(await used([first, run(2, false, 10), run(3, true, null)], true), 10, 'of another session before it nothing');
  t.equal(await used([first, run(2, false, null), run(3, true, null)], true), 0, 'one that was killed before it told anything');
  t.equal(await used([first, run(2, false, null, null), run(3, true, null)], true), 1, 'one that came to no process began none');
  t.equal(await used([first, run(2, true, 10), run(3, true, null)], true, run(2, true, null)), 1, 'of later runs nothing, either');
});
