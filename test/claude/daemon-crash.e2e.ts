import { access, link, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Asked, ModelApi } from '../fixtures/model-api/server.ts';
import { startDaemon } from './daemon.ts';
import { bash, plan, say, write } from './directives.ts';
import { runProcesses } from './processes.ts';
import { startRendezvous } from './rendezvous.ts';

const stdoutOf = (events: readonly TaskEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'output' && event.stream === 'stdout' ? [event.content] : []));

void t.test('a daemon that is killed in mid-turn finds its agent again and has lost nothing', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const { id } = await daemon.startTask({
    name: 'Outlives the daemon',
    plan: plan(write('before.txt', 'before\n'), bash(meeting.gate('halfway')), write('after.txt', 'after\n'), say('survived')),
  });
  const first = await daemon.follow(t, `/tasks/${id}/events`);
  await meeting.arrived('halfway');
  // A second name for the agent's output, so that it can be compared also where the run directory is gone by then.
  const [run] = await readdir(join(daemon.home, 'runs'));
  const kept = join(daemon.folder, 'out');
  await link(join(daemon.home, 'runs', run ?? '', 'out'), kept);

  await daemon.end('SIGKILL');
  await first.close();
  meeting.open('halfway');
  await untilSaid(daemon.model.events, 'survived');
  await access(join(worktreeOf(first.events), 'after.txt'));

  await daemon.start();
  const second = await daemon.follow(t, `/tasks/${id}/events`, first.events.at(-1)?.id ?? 0);
  t.match(await second.end(id), { status: 'done' });
  await second.closedByServer();
  t.match(await daemon.task(id), { status: 'done', errorMessage: null, exitCode: 0 });

  const seen = [...first.events, ...second.events];
  t.same(
    seen.map((event) => event.id),
    [...new Set(seen.map((event) => event.id))].sort((a, b) => a - b),
    'a client that reconnects gets every event once and in order',
  );
  const whole = await daemon.follow(t, `/tasks/${id}/events`);
  await whole.closedByServer();
  t.same(seen, whole.events, 'and what it has is the whole log');
  t.same(stdoutOf(seen), (await readFile(kept, 'utf8')).split('\n').slice(0, -1), 'every line of the agent is there once, in order');
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});

/** Resolves when the scripted model is about to say a text. */
const untilSaid = (events: ModelApi['events'], text: string): Promise<void> =>
  new Promise((resolve) => {
    const listen = ({ step }: Asked): void => {
      if (step.kind !== 'say' || step.text !== text) return;
      events.off('asked', listen);
      resolve();
    };
    events.on('asked', listen);
  });

/** The agent's working directory, as it says itself in its first line. */
const worktreeOf = (events: readonly TaskEvent[]): string => {
  for (const content of stdoutOf(events)) {
    const line: unknown = JSON.parse(content);
    if (typeof line === 'object' && line !== null && 'cwd' in line && typeof line.cwd === 'string') return line.cwd;
  }
  throw new Error('The agent has not said where it works');
};
