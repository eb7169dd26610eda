/** The real codex, by its app-server: what a task asks of it, from its start to its end. */
import { globSync, rmSync } from 'node:fs';
import { link, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Approval } from '../../schemas/approval.ts';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import type { Daemon } from '../claude/daemon.ts';
import { bash, fail, limit, plan, say, shellQuoted } from '../claude/directives.ts';
import type { EventStream } from '../claude/event-stream.ts';
import { killRuns, runProcesses } from '../claude/processes.ts';
import { startRendezvous } from '../claude/rendezvous.ts';
import { git, makeUserRepository } from '../claude/user-repository.ts';
import { codex, codexEnv, unboxed } from './codex.ts';
import { startRealDaemon } from './daemon.ts';
import { agentOrSkip } from './install-agent.ts';
import { leadsByTools } from './leads-by-tools.ts';

// A start of it takes a while on a machine that is shared.
t.setTimeout(600_000);

const { program, skip } = await agentOrSkip(codex);
const agents = [{ name: 'codex', program, env: codexEnv }];

/** Everything that the model was asked with, the last of it. */
const lastAsked = (daemon: Daemon): (() => string) => {
  let last = '';
  daemon.model.events.on('asked', ({ messages }) => void (last = JSON.stringify(messages)));
  return () => last;
};
const countOf = (text: string, what: string): number => text.split(what).length - 1;

const start = (daemon: Daemon, name: string, text: string): Promise<Task> => daemon.startTask({ name, agent: 'codex', plan: text });
const ended = async (daemon: Daemon, id: string): Promise<Task> => {
  await daemon.must(200, 'GET', `/tasks/${id}/wait?until=end&timeout=240`);
  return daemon.task(id);
};
const fileIn = (task: Task, name: string): Promise<string> => readFile(join(task.overlayPath ?? '', name), 'utf8');

void t.test('it writes a file, goes on with its session, and where that is lost says so and begins anew', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, agents);
  const asked = lastAsked(daemon);
  const { id } = await start(daemon, 'Goes on', plan(bash('echo kept > kept.txt'), say('the first end')));
  const first = await ended(daemon, id);
  t.match(first, {
    status: 'done',
    errorMessage: null,
    sessionId: /./,
    usage: { inputTokens: 200, outputTokens: 20, turns: 2, costUsd: 0 },
  });
  t.match(await daemon.text(`/tasks/${id}/output`), /● shell: echo kept > kept\.txt\nthe first end\n✓ done/);

  const message = plan(bash('cat kept.txt > heard.txt'), say('the second end'));
  t.match(await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message, resume: true }), { delivered: false });
  const second = await ended(daemon, id);
  t.match(second, { status: 'done', sessionId: first.sessionId, usage: { inputTokens: 400, outputTokens: 40, turns: 4 } });
  t.equal(await fileIn(second, 'heard.txt'), 'kept\n', 'in the worktree as it was left');
  t.same(
    [countOf(asked(), 'the first end'), countOf(asked(), 'echo kept > kept.txt')],
    [2, 2],
    'it knows what it said, and got no plan again',
  );

  for (const file of globSync(join(daemon.folder, 'codex-home/**', `*${second.sessionId ?? ''}*`))) rmSync(file);
  await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message: 'are you there?', resume: true });
  const lost = await ended(daemon, id);
  t.match(lost, { status: 'failed', errorMessage: /^no rollout found.* start the task again without resume/ });
  t.match(await daemon.must(200, 'GET', `/tasks/${id}/messages`), [{ message: 'are you there?', state: 'waiting' }]);
  await daemon.must(202, 'POST', `/tasks/${id}/start`, {});
  const anew = await ended(daemon, id);
  t.match(anew, { status: 'done', errorMessage: null });
  t.not(anew.sessionId, first.sessionId);
  t.equal(countOf(asked(), 'are you there?'), 1, 'what it did not hear follows the plan');
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});

void t.test('messages in a turn are heard in it, once each; what a stop kept from it is heard when it goes on', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, agents);
  const meeting = await startRendezvous(t);
  const asked = lastAsked(daemon);
  const stream = await daemon.follow(t, '/events');
  const { id } = await start(daemon, 'Listens', plan(bash(meeting.gate('working')), bash(meeting.gate('more')), say('finished')));
  await meeting.arrived('working');
  const said = ['the first wish', 'the second wish', '/compact'];
  for (const message of said) t.match(await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message }), { delivered: true });
  meeting.open('working');
  await meeting.arrived('more');
  t.same(
    said.map((message) => countOf(asked(), message)),
    [1, 1, 1],
  );
  t.match(await daemon.must(202, 'POST', `/tasks/${id}/messages`, { message: 'heard too late' }), { delivered: true });
  const isTaken = (event: TaskEvent): boolean =>
    event.type === 'output' && event.stream === 'stdout' && countTaken(stream, id) >= 5 && event.taskId === id;
  await stream.until(isTaken);
  await daemon.must(202, 'POST', `/tasks/${id}/stop`);
  t.match(await ended(daemon, id), { status: 'interrupted' });
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
  t.match(await daemon.must(200, 'GET', `/tasks/${id}/messages`), [{ message: 'heard too late', state: 'waiting' }]);

  await daemon.must(202, 'POST', `/tasks/${id}/start`, { resume: true });
  t.match(await ended(daemon, id), { status: 'done', warnings: [] });
  t.same([countOf(asked(), 'the first wish'), countOf(asked(), 'heard too late')], [1, 1]);
});

/** The messages that codex has answered that it takes, read or not. */
const countTaken = (stream: EventStream, id: string): number =>
  stream.events.filter(
    (event) =>
      event.type === 'output' &&
      event.taskId === id &&
      event.stream === 'stdout' &&
      /^\{"id":"[^"]+","result":\{"turn"/.test(event.content),
  ).length;

void t.test('a daemon that is killed in mid-turn finds its agent again and has lost nothing', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, agents);
  const meeting = await startRendezvous(t);
  const { id } = await start(
    daemon,
    'Outlives the daemon',
    plan(bash('echo before > before.txt'), bash(meeting.gate('halfway')), bash('echo after > after.txt'), say('survived')),
  );
  const first = await daemon.follow(t, `/tasks/${id}/events`);
  await meeting.arrived('halfway');
  // A second name for the agent's output, so that it can be compared also where the run directory is gone by then.
  const [run] = await readdir(join(daemon.home, 'runs'));
  const kept = join(daemon.folder, 'out');
  await link(join(daemon.home, 'runs', run ?? '', 'out'), kept);
  await daemon.end('SIGKILL');
  await first.close();
  const survived = new Promise<void>((resolve) => {
    daemon.model.events.on('asked', ({ step }) => {
      if (step.kind === 'say' && step.text === 'survived') resolve();
    });
  });
  meeting.open('halfway');
  await survived;

  await daemon.start();
  const second = await daemon.follow(t, `/tasks/${id}/events`, first.events.at(-1)?.id ?? 0);
  t.match(await second.end(id), { status: 'done' });
  await second.closedByServer();
  const task = await daemon.task(id);
  t.match(task, { status: 'done', errorMessage: null, exitCode: 0, usage: { inputTokens: 400, outputTokens: 40, turns: 4 } });
  t.equal(await fileIn(task, 'after.txt'), 'after\n');
  const whole = await daemon.follow(t, `/tasks/${id}/events`);
  await whole.closedByServer();
  t.same([...first.events, ...second.events], whole.events, 'a client that reconnects gets every event once and in order');
  const stdout = whole.events.flatMap((event) => (event.type === 'output' && event.stream === 'stdout' ? [event.content] : []));
  t.same(stdout, (await readFile(kept, 'utf8')).split('\n').slice(0, -1), 'every line of the agent is there once, in order');
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});

void t.test('a daemon and its agent that were killed go on with the session', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, agents);
  const meeting = await startRendezvous(t);
  const asked = lastAsked(daemon);
  const { id } = await start(daemon, 'Dies', plan(bash('echo kept > kept.txt'), bash(meeting.gate('never'))));
  await meeting.arrived('never');
  await daemon.end('SIGKILL');
  await killRuns(daemon.folder);
  await daemon.start();
  const died = await ended(daemon, id);
  t.match(died, { status: 'failed', sessionId: /./ });
  await daemon.must(202, 'POST', `/tasks/${id}/start`, { resume: true, message: plan(bash('cat kept.txt > heard.txt'), say('went on')) });
  const after = await ended(daemon, id);
  t.match(after, { status: 'done', sessionId: died.sessionId, errorMessage: null });
  t.equal(await fileIn(after, 'heard.txt'), 'kept\n');
  t.equal(countOf(asked(), 'echo kept > kept.txt'), 2, 'as the plan had it and as it was done');
});

void t.test('what it asks: let, not let and why, decided once and for all', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, agents, { MAKIMA_ENABLE_PERMISSIONS: 'true' });
  const asked = lastAsked(daemon);
  const stream = await daemon.follow(t, '/events');
  const text = plan(
    unboxed('touch let.txt'),
    unboxed('touch not-let.txt'),
    unboxed('touch again.txt'),
    unboxed('touch again.txt'),
    say('end'),
  );
  const { id } = await start(daemon, 'Asks', text);
  const decide = async (count: number, decision: object): Promise<Approval> => {
    const isPending = (event: TaskEvent): boolean => event.type === 'approval' && event.status === 'pending';
    await stream.until((event) => isPending(event) && stream.events.filter(isPending).indexOf(event) === count);
    const waiting = await daemon.must(200, 'GET', `/tasks/${id}/approvals?status=pending`);
    const [approval] = Array.isArray(waiting) ? (waiting as Approval[]) : [];
    if (approval === undefined) throw new Error('nothing is pending');
    await daemon.must(200, 'POST', `/tasks/${id}/approvals/${approval.id}`, decision);
    return approval;
  };
  t.match(await decide(0, { decision: 'allow' }), { kind: 'tool', tool: 'shell', input: { command: 'touch let.txt' } });
  await decide(1, { decision: 'deny', message: 'Not that one, and here is why.' });
  await decide(2, { decision: 'allow', remember: 'task' });
  const task = await ended(daemon, id);
  t.match(task, { status: 'done', errorMessage: null });
  await fileIn(task, 'let.txt');
  await fileIn(task, 'again.txt');
  await t.rejects(fileIn(task, 'not-let.txt'));
  t.equal(countOf(asked(), 'and here is why'), 1, 'its model knows why');
  const all = await daemon.must(200, 'GET', `/tasks/${id}/approvals`);
  t.same(Array.isArray(all) && (all as Approval[]).map(({ decidedBy }) => decidedBy).toReversed(), [
    'owner',
    'owner',
    'owner',
    'remembered',
  ]);
});

void t.test('the limit of an account parks its task, which goes on by itself with its session', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, agents, { MAKIMA_RESUME_AFTER_LIMIT: 'true' });
  const seconds = Math.ceil(Date.now() / 1000) + 10;
  const { id } = await start(
    daemon,
    'Limited',
    plan(bash('echo one > one.txt'), limit(seconds), bash('echo two > two.txt'), say('written')),
  );
  const stream = await daemon.follow(t, `/tasks/${id}/events`);
  await stream.until((event) => event.type === 'limit' && event.action === 'parked');
  const parked = await daemon.task(id);
  t.match(parked, { status: 'queued', waitsFor: { kind: 'limit', until: new Date(seconds * 1000).toISOString() } });
  await stream.end(id);
  const task = await daemon.task(id);
  t.match(task, { status: 'done', sessionId: parked.sessionId });
  t.equal(await fileIn(task, 'two.txt'), 'two\n');
});

void t.test('a model and an effort that a task asks for are those of its thread', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, agents);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({ name: 'Chosen', agent: 'codex', plan: say('done'), model: 'chosen-model', effort: 'high' });
  await stream.end(id);
  const thread = stream.events.find((event) => event.type === 'output' && event.content.startsWith('{"id":"thread"'));
  t.match(JSON.parse(thread?.type === 'output' ? thread.content : 'null'), { result: { model: 'chosen-model', reasoningEffort: 'high' } });
  t.match(await daemon.task(id), { status: 'done', model: 'chosen-model', effort: 'high' });
});

void t.test('it leads subtasks by the script: made, waited for, merged, done', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, agents);
  const repositoryUrl = join(daemon.folder, 'project');
  await makeUserRepository(repositoryUrl);
  const script = '.makima/orchestrate.sh';
  const part = plan(bash('echo part > part.txt && git add part.txt && git commit -q -m "Add part"'), say('committed'));
  const { id } = await daemon.startTask({
    name: 'Leads',
    agent: 'codex',
    isOrchestrator: true,
    repositoryUrl,
    completionAction: 'branch',
    plan: plan(
      bash(`id=$(${script} create 'Write a part' ${shellQuoted(part)} --start | cut -f1); ${script} wait "$id" && ${script} merge "$id"`),
      bash(`grep -q part part.txt && ${script} done 'The part is in.'`),
      say('all is in'),
    ),
  });
  const task = await ended(daemon, id);
  t.match(task, { status: 'done', progressSummary: 'The part is in.', completion: { status: 'succeeded' } });
  t.match(await daemon.subtasks(id), [{ name: 'Write a part', agent: 'codex', status: 'done' }]);
  t.match(await git(repositoryUrl, 'show', `${task.completion?.branch ?? ''}:part.txt`), 'part');
});

void t.test('it leads subtasks by makima’s tools over MCP, with the key from its environment', { skip }, async (t) => {
  await leadsByTools(t, await startRealDaemon(t, agents), 'codex');
});

void t.test('credentials that are refused fail the task in its words and say what to do; info tells of it', { skip }, async (t) => {
  const daemon = await startRealDaemon(t, agents);
  const { id } = await start(daemon, 'Refused', fail(401));
  t.match(await ended(daemon, id), { status: 'failed', errorMessage: /401 Unauthorized: scripted failure 401.*Run `codex login`/s });
  t.match(await daemon.must(200, 'GET', '/info'), { agents: [{}, { name: 'codex', version: codex.version, problem: null }] });
});
