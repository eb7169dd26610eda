/** Work in the background is no silence: an agent that has some is waited for. */
import t from 'tap';
import { lineOf, startDaemon } from '../support/daemon.ts';

const results = 'The background command has ended.';
const isOfBackground = (line: string): boolean => line.startsWith('Background work of the agent');
// The background command of late-result takes a second.
const impatient = { backgroundWaitMs: 100, exitGraceMs: 100 };

void t.test('silent work in the background is told of once and waited for', async (t) => {
  const daemon = await startDaemon(
    t,
    'late-result',
    {},
    { ...impatient, silenceSeconds: 0.2, startSilenceSeconds: 0.2, resultSilenceSeconds: 0.2 },
  );
  const { id } = await daemon.start({});
  t.match(await daemon.ended(id), { status: 'done', exitCode: 0 });
  t.match((await daemon.said(id)).at(-1), results);
  const lines = await daemon.lines(id, 'system');
  t.match(lines.filter(isOfBackground), [/goes on without a word for .*; it is waited for\. MAKIMA_BACKGROUND_MINUTES/]);
  t.equal(lines.filter(isOfBackground).length, 1);
  const events = await daemon.events(id);
  const firstResult = events.findIndex((event) => event.type === 'output' && event.jsonType === 'result');
  t.notOk(
    events.slice(firstResult).some((event) => lineOf(event, 'system')?.includes('printed nothing')),
    'an agent that has said its last word for now does not hang',
  );
});

void t.test('a bound that was set is kept', async (t) => {
  const daemon = await startDaemon(t, 'late-result', {}, { ...impatient, exitGraceMs: 60_000, backgroundMinutes: 0.002 });
  const { id } = await daemon.start({});
  t.equal((await daemon.ended(id)).status, 'done');
  t.match((await daemon.lines(id, 'system')).filter(isOfBackground), [/the agent is told that nothing more will come/]);
});

void t.test('before the bound takes hold the task’s log says so, and the task says that it did', async (t) => {
  const daemon = await startDaemon(t, 'late-result', {}, { ...impatient, exitGraceMs: 60_000, backgroundMinutes: 0.002 });
  const { id } = await daemon.start({});
  const { status, warnings } = await daemon.ended(id);
  t.equal(status, 'done');
  t.match(warnings, [{ code: 'BACKGROUND_GIVEN_UP', message: /MAKIMA_BACKGROUND_MINUTES/ }]);
  const lines = (await daemon.events(id)).flatMap((event) => (event.type === 'output' && event.level === 'warning' ? [event.content] : []));
  t.match(
    lines.filter((line) => line.includes('ackground work')),
    [
      /^Nothing was heard of the agent's background work for .* no longer waited for/,
      /^Background work of the agent/,
      /^The agent's background work was silent/,
    ],
  );
});

void t.test('a wait with the key of the task is attention, whatever the bound', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', {}, { ...impatient, backgroundMinutes: 0.002 });
  const { id } = await daemon.make({ name: 'late-result', isOrchestrator: true });
  const child = await daemon.make({ parentTaskId: id });
  const { body } = await daemon.call<{ key: string }>('POST', `/tasks/${id}/tool-keys`, {});
  const waiting = daemon.callWith(body.key, 'GET', `/tasks/${child.id}/wait?timeout=600`);
  // The daemon has the call when it has answered one that came after it on the same client.
  await daemon.callWith(body.key, 'GET', `/tasks/${child.id}/wait?timeout=0.2`);
  await daemon.call('POST', `/tasks/${id}/start`);
  t.equal((await daemon.ended(id)).status, 'done');
  t.match((await daemon.said(id)).includes(results), true);
  t.same((await daemon.lines(id, 'system')).filter(isOfBackground), []);
  await daemon.call('POST', `/tasks/${child.id}/stop`);
  t.equal((await waiting).body.status, 'interrupted');
});

void t.test('an agent that prints nothing is said to be at what is likely', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name', {}, { silenceSeconds: 0.3, startSilenceSeconds: 0.3 });
  const { id } = await daemon.start({ name: 'prints-nothing' });
  await daemon.until(id, (event) => lineOf(event, 'system')?.includes('its session has not begun') === true);
  await daemon.stopped(id, { graceful: false });
  const other = await daemon.start({ name: 'forever' });
  await daemon.until(other.id, (event) => lineOf(event, 'system')?.includes('its tool Bash has not ended') === true);
  await daemon.stopped(other.id);
});
