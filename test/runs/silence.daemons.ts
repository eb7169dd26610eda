/** An agent that is silent: of what kind it is, who is told, and what becomes of it where the settings say so. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { lineOf, scratch, startDaemon, write } from '../support/daemon.ts';

/** Where a machine has much to do, an agent can be silent before it has begun, too. */
const silences = (events: readonly TaskEvent[], without?: 'start') =>
  events.filter((event) => event.type === 'silence').filter(({ reason }) => reason !== without);
const isSilence = (event: TaskEvent): boolean => event.type === 'silence';
const isLater = (event: TaskEvent): boolean => event.type === 'silence' && event.reason !== 'start';

void t.test('a silence is an event that says of what kind it is', async (t) => {
  const directory = scratch(t);
  write(directory, { note: `#!/bin/sh\nprintf '%s' "$MAKIMA_MESSAGE" > "${directory}/told-$MAKIMA_TASK_NAME"\n` });
  const daemon = await startDaemon(
    t,
    'by-task-name',
    { MAKIMA_NOTIFY: JSON.stringify([join(directory, 'note')]), MAKIMA_NOTIFY_TYPES: 'end,silence' },
    { silenceSeconds: 0.2, startSilenceSeconds: 0.3, resultSilenceSeconds: 0.4, exitGraceMs: 100, terminateGraceMs: 100 },
  );

  const mute = await daemon.start({ name: 'prints-nothing' });
  t.match(silences(await daemon.until(mute.id, isSilence)), [
    { reason: 'start', since: /^20/, message: /^The agent has printed nothing for 0 s: its session has not begun/ },
  ]);
  await daemon.stopped(mute.id, { graceful: false });

  const busy = await daemon.start({ name: 'forever' });
  const first = silences(await daemon.until(busy.id, isLater), 'start');
  t.match(first, [{ reason: 'turn', message: /its tool Bash has not ended/ }]);
  t.ok(Date.parse(first[0]?.since ?? '') < Date.parse(first[0]?.at ?? ''), 'since it was heard of last');
  // A paused agent is silent because it was told to be: it begins anew when it goes on.
  await daemon.call('POST', `/tasks/${busy.id}/pause`);
  await daemon.call('POST', `/tasks/${busy.id}/resume`);
  let resumed = false;
  const all = await daemon.until(busy.id, (event) => {
    resumed ||= lineOf(event, 'system') === 'Resumed';
    return resumed && isLater(event);
  });
  t.equal(silences(all, 'start').length, 2, 'once a silence');
  await daemon.stopped(busy.id);

  // An orchestrator at rest waits for its subtask; what it is told then it does not answer, and when that has ended it does not end.
  const parent = await daemon.make({ name: 'answers-once', isOrchestrator: true });
  const child = await daemon.start({ name: 'forever', parentTaskId: parent.id });
  await daemon.call('POST', `/tasks/${parent.id}/start`);
  const atRest = await daemon.until(parent.id, (event) => lineOf(event, 'system')?.startsWith('The agent is at rest') === true);
  t.same(silences(atRest, 'start'), [], 'it has said its last word');
  await daemon.call('POST', `/tasks/${parent.id}/messages`, { message: 'and now?' });
  t.match(silences(await daemon.until(parent.id, isLater), 'start'), [
    { reason: 'after-result', message: /nothing for 0 s since it was told something after its last word/ },
  ]);
  await daemon.stopped(child.id);
  await daemon.stopped(parent.id, { graceful: false });

  const done = await daemon.start({ name: 'answers-once' });
  t.equal((await daemon.ended(done.id)).status, 'done');
  t.match(silences(await daemon.events(done.id), 'start'), [
    { reason: 'after-result', message: /did not end after its last word/, interrupts: true },
  ]);
  t.ok(readdirSync(directory).includes('told-prints-nothing'), 'a person is told where they asked for it');
});

void t.test('where the settings say so a silent agent is interrupted, and its task fails with the reason', async (t) => {
  const daemon = await startDaemon(
    t,
    'by-task-name',
    {},
    { silenceInterruptMinutes: 0.05, interruptGraceMs: 2000, terminateGraceMs: 100, silenceSeconds: 0 },
  );
  const [busy, stubborn, mute] = await Promise.all([
    daemon.start({ name: 'forever' }),
    daemon.start({ name: 'ignores-sigterm' }),
    daemon.start({ name: 'prints-nothing' }),
  ]);
  const reason = /^The agent printed nothing for \d+ s and was interrupted, as MAKIMA_SILENCE_INTERRUPT_MINUTES says: its tool Bash/;
  t.match(await daemon.ended(busy.id), { status: 'failed', errorMessage: reason, sessionId: /./ });
  const events = await daemon.events(busy.id);
  t.match(silences(events), [{ reason: 'turn', interrupts: true }], 'and of a silence as such nobody is told');
  t.ok(
    events.some((event) => lineOf(event, 'stdout')?.includes('error_during_execution') === true),
    'it was asked, and answered',
  );
  t.match(await daemon.ended(stubborn.id), { status: 'failed', errorMessage: /MAKIMA_SILENCE_INTERRUPT_MINUTES/ });
  t.match(await daemon.ended(mute.id), { status: 'failed', errorMessage: /MAKIMA_SILENCE_INTERRUPT_MINUTES.*its session has not begun/ });
});
