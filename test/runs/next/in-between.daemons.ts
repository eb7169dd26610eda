/** What is asked of a task of an agent that works one turn a process in the moment between two of its runs. */
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { TaskEvent } from '../../../schemas/event.ts';
import { lineOf, scratch, startDaemon, write, type TestDaemon } from '../../support/daemon.ts';
import { oneTurnAgent } from '../../support/one-turn.ts';

const spoke = (event: TaskEvent): boolean => lineOf(event, 'stdout') !== null;

/** What the agent has said, one text after the other. */
const said = async (daemon: TestDaemon, id: string): Promise<string[]> =>
  (await daemon.lines(id, 'stdout')).flatMap((line) => {
    const { item } = JSON.parse(line);
    return item?.type === 'agent_message' ? [item.text] : [];
  });
const send = async (daemon: TestDaemon, id: string, message: string): Promise<string> => {
  const { status, body } = await daemon.call<{ id: string; delivered: boolean }>('POST', `/tasks/${id}/messages`, { message });
  if (status !== 202) throw new Error(JSON.stringify(body));
  return body.id;
};

void t.test('at the moment in which it goes on', async (t) => {
  /** What is done when a run reaches a point, once. */
  let at: { point: string; act: () => void } | null = null;
  const reached = (point: string): void => {
    if (at?.point !== point) return;
    const { act } = at;
    at = null;
    act();
  };
  const daemon = await startDaemon(t, 'says-a-line', oneTurnAgent(), {}, { reached });
  const when = <T>(point: string, act: () => Promise<T>): Promise<T> =>
    new Promise((resolve) => (at = { point, act: () => resolve(act()) }));
  const begun = async (t: Test): Promise<{ id: string; end: () => void }> => {
    const gates = scratch(t);
    const { id } = await daemon.start({ agent: 'one-turn', plan: `TEXT: begins\nWAIT: ${join(gates, 'go')}` });
    await daemon.until(id, spoke);
    return { id, end: () => write(gates, { go: '' }) };
  };

  await t.test('a stop stops it, and what waits is kept', async (t) => {
    for (const point of ['run ended', 'messages settled', 'going on stored', 'task settled', 'run begun', 'plan stored']) {
      const { id, end } = await begun(t);
      await send(daemon, id, 'later');
      const stopped = when(point, () => daemon.call('POST', `/tasks/${id}/stop`, {}));
      end();
      t.equal((await stopped).status, 202, point);
      t.match(await daemon.ended(id), { status: 'interrupted' }, point);
      t.equal((await daemon.events(id)).filter(({ type }) => type === 'end').length, 1, point);
      t.equal((await daemon.call('POST', `/tasks/${id}/start`, { resume: true })).status, 202);
      t.match(await daemon.ended(id), { status: 'done' }, point);
      t.equal((await said(daemon, id)).filter((text) => text.endsWith('| later')).length, 1, point);
    }
  });

  await t.test('a message is told by a next run, or refused, never left', async (t) => {
    for (const point of ['run ended', 'messages settled', 'end decided', 'task settled']) {
      const { id, end } = await begun(t);
      const sent = when(point, () => daemon.call<{ code?: string }>('POST', `/tasks/${id}/messages`, { message: 'at last' }));
      end();
      const { status, body } = await sent;
      const isRefused = point === 'end decided' || point === 'task settled';
      t.equal(status, isRefused ? 409 : 202, `${point}: ${JSON.stringify(body)}`);
      t.match(await daemon.ended(id), { status: 'done', warnings: [] }, point);
      t.equal((await said(daemon, id)).filter((text) => text.endsWith('| at last')).length, isRefused ? 0 : 1, point);
    }
  });
});
