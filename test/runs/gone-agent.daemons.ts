/** Agents that the settings have no more when a daemon comes back. */
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import { agentPath, scratch, type Answer } from '../support/daemon.ts';
import { spawnDaemon, type DaemonProcess } from '../support/daemon-process.ts';

const agents = (name: string, agent: string): Record<string, string> => ({
  MAKIMA_AGENTS: JSON.stringify({ [name]: { command: agentPath(agent), protocol: 'claude' } }),
});
const create = (daemon: DaemonProcess, name: string, plan: string, more: Record<string, unknown> = {}) =>
  daemon.call('POST', '/tasks', { name, plan, agent: 'mine', start: true, ...more });
const readTo = async (daemon: DaemonProcess, taskId: string, fits: (event: TaskEvent) => boolean, after?: number): Promise<TaskEvent[]> => {
  const seen: TaskEvent[] = [];
  for await (const event of daemon.follow(taskId, after)) {
    seen.push(event);
    if (fits(event)) break;
  }
  return seen;
};
const says = (words: string) => (event: TaskEvent) => event.type === 'output' && event.content.includes(words);
const isEnd = ({ type }: TaskEvent): boolean => type === 'end';
const wordsOf = (answer: Answer<unknown>): string => String(answer.body);

void t.test('a run whose agent is not in the settings any more is ended, its task says why, and its output is read', async (t) => {
  const home = scratch(t);
  let daemon = await spawnDaemon(t, home, 'quick', { ...agents('mine', 'counts'), MAKIMA_MAX_CONCURRENT_TASKS: '1' });
  const { body: running } = await create(daemon, 'runs', 'COUNT: 100000 EVERY: 20');
  const { body: waiting } = await create(daemon, 'waits', 'COUNT: 1');
  const { body: usual } = await daemon.call('POST', '/tasks', { name: 'usual', plan: 'x', start: true });
  const before = await readTo(daemon, running.id, says('line 5 of'));
  await daemon.kill('SIGKILL');

  daemon = await spawnDaemon(t, home, 'quick', { MAKIMA_MAX_CONCURRENT_TASKS: '1' });
  const rest = await readTo(daemon, running.id, isEnd, before.at(-1)?.id);
  const { body: failed } = await daemon.call('GET', `/tasks/${running.id}`);
  t.equal(failed.status, 'failed');
  t.match(failed.errorMessage, /There is no agent called "mine" any more.*Put it back into MAKIMA_AGENTS/);
  t.equal(failed.sessionId, running.sessionId ?? failed.sessionId, 'its session is kept');
  const lines = [...before, ...rest].flatMap((event) => {
    const [, line] = (event.type === 'output' && event.stream === 'stdout' && /line (\d+) of/.exec(event.content)) || [];
    return line === undefined ? [] : [Number(line)];
  });
  t.strictSame(
    lines,
    lines.map((_, index) => index + 1),
    'what it wrote until its end is there, each line once',
  );
  t.ok(lines.length > 5);
  const text = await daemon.call<string>('GET', `/tasks/${running.id}/output`, undefined, { accept: 'text/plain' });
  t.equal(text.status, 200);
  t.match(wordsOf(text), /line 5 of/);

  t.ok((await readTo(daemon, waiting.id, isEnd)).some(says('There is no agent called "mine" any more')));
  t.match((await daemon.call('GET', `/tasks/${waiting.id}`)).body, { status: 'failed', overlayPath: null }, 'nothing was made for it');
  await readTo(daemon, usual.id, isEnd);
  t.match((await daemon.call('GET', `/tasks/${usual.id}`)).body, { status: 'done' }, 'others go on');
  t.match(await create(daemon, 'new', 'x'), { status: 400, body: { code: 'INVALID_AGENT' } });
  t.equal(daemon.log(), '');
  await daemon.kill('SIGKILL');

  daemon = await spawnDaemon(t, home, 'quick', agents('mine', 'quick'));
  t.equal((await daemon.call('POST', `/tasks/${running.id}/start`, { resume: true })).status, 202);
  await readTo(daemon, running.id, isEnd, rest.at(-1)?.id);
  t.match((await daemon.call('GET', `/tasks/${running.id}`)).body, { status: 'done' }, 'put back, it goes on');
});

void t.test('a run whose agent is spoken to in another way by now is ended, and the next one is begun in that way', async (t) => {
  const home = scratch(t);
  const as = (protocol: string): Record<string, string> => ({
    MAKIMA_AGENTS: JSON.stringify({ mine: { command: agentPath(protocol === 'acp' ? 'acp' : 'forever'), protocol } }),
  });
  let daemon = await spawnDaemon(t, home, 'quick', as('claude'));
  const { body: task } = await create(daemon, 'runs', 'SAY: in the other way');
  const before = await readTo(daemon, task.id, says('Working until'));
  await daemon.kill('SIGKILL');

  daemon = await spawnDaemon(t, home, 'quick', as('acp'));
  const rest = await readTo(daemon, task.id, isEnd, before.at(-1)?.id);
  const { body: failed } = await daemon.call('GET', `/tasks/${task.id}`);
  t.equal(failed.status, 'failed');
  t.match(failed.errorMessage, /The settings say acp for the agent "mine", and this run of it was begun with claude.*Start the task again/);
  t.equal((await daemon.call('POST', `/tasks/${task.id}/start`)).status, 202);
  t.ok((await readTo(daemon, task.id, isEnd, rest.at(-1)?.id)).some(says('in the other way')));
  t.match((await daemon.call('GET', `/tasks/${task.id}`)).body, { status: 'done', errorMessage: null });
  t.equal(daemon.log(), '');
});
