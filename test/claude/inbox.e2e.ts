/** What the real claude, leading subtasks, is told of their ends: at the end of its turn, once, and nothing that it has waited for itself. */
import t from 'tap';
import { startDaemon } from './daemon.ts';
import { bash, plan, say, shellQuoted } from './directives.ts';
import { linesOf, resultsOf } from './event-stream.ts';
import { runProcesses } from './processes.ts';
import { startRendezvous } from './rendezvous.ts';

const script = '.makima/orchestrate.sh';
const begins = 'Your subtasks have ended';
const countOf = (text: string, what: string): number => text.split(what).length - 1;

void t.test('two that end in its busy turn are one message after it, and what its own wait has told it is in none', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  let heard = '';
  const asked: string[] = [];
  const stream = await daemon.follow(t, '/events');
  const partPlan = (name: string): string => plan(bash(meeting.gate(name)), say(`part ${name} is through`));
  const create = (name: string): string => bash(`${script} create 'Part ${name}' ${shellQuoted(partPlan(name))} --start`, { as: name });
  const { id } = await daemon.startTask({
    name: 'Leads',
    isOrchestrator: true,
    plan: plan(
      create('awaited'),
      create('one'),
      create('two'),
      bash(`${script} wait {{awaited.first-field}}`),
      bash(meeting.gate('busy')),
      say('the busy turn ends'),
    ),
  });
  daemon.model.events.on('asked', ({ messages }) => {
    const text = JSON.stringify(messages);
    asked.push(text);
    if (text.includes('Part awaited') && text.includes('the busy turn ends')) heard = text;
  });
  for (const name of ['awaited', 'one', 'two']) await meeting.arrived(name);
  meeting.open('awaited');
  await meeting.arrived('busy');
  for (const name of ['one', 'two']) meeting.open(name);
  const subtasks = await daemon.subtasks(id);
  const idOf = (name: string): string => subtasks.find((subtask) => subtask.name === `Part ${name}`)?.id ?? '';
  for (const name of ['awaited', 'one', 'two']) t.match(await stream.end(idOf(name)), { status: 'done' });
  t.notOk(
    asked.some((text) => text.includes(begins)),
    'nothing in the busy turn',
  );
  meeting.open('busy');
  t.match(await stream.end(id), { status: 'done' });
  t.match(await daemon.task(id), { status: 'done', errorMessage: null, warnings: [] });

  const own = stream.events.filter((event) => event.taskId === id);
  const told = own.flatMap((event) => (event.type === 'message' && event.kind === 'inbox' ? [event.action] : []));
  t.same(told, ['queued', 'delivered'], 'one message');
  const written = own.flatMap((event) => (event.type === 'output' && event.stream === 'stdin' ? [event.content] : [])).join('\n');
  t.equal(countOf(written, begins), 1);
  for (const [name, times] of [
    ['one', 1],
    ['two', 1],
    ['awaited', 0],
  ] as const)
    t.equal(countOf(written, `- ${idOf(name)} done Part ${name}`), times, name);
  const results = own.findIndex((event) => resultsOf([event], id).includes('the busy turn ends'));
  t.ok(results < own.findIndex((event) => event.type === 'output' && event.stream === 'stdin' && event.content.startsWith(begins)));
  t.equal(linesOf(own, id).filter(({ type }) => type === 'result').length, 2, 'one turn more, which it takes up');
  t.equal(countOf(heard, begins), 1, 'its model has heard it once');
  t.same(await runProcesses(daemon.folder), [], 'no process is left');
});
