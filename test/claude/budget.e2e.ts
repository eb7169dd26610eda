import t from 'tap';
import type { Task } from '../../schemas/task.ts';
import type { UsageReport } from '../../schemas/usage.ts';
import { tokensPerAnswer } from '../fixtures/model-api/answer.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import { bash, plan, say } from './directives.ts';
import { linesOf, resultsOf } from './event-stream.ts';
import { runProcesses } from './processes.ts';
import { startRendezvous } from './rendezvous.ts';

const usageOf = async (daemon: Daemon, id: string): Promise<UsageReport> =>
  (await daemon.must(200, 'GET', `/tasks/${id}/usage`)) as UsageReport;
/** The tokens of so many answers of the scripted model. */
const answers = (count: number) => ({ inputTokens: count * tokensPerAnswer.input, outputTokens: count * tokensPerAnswer.output });
const costOf = ({ usage }: Task, calls: number): number => (usage?.costUsd ?? 0) / calls;

void t.test('what is used counts once, over turns and over runs that go on with a session', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Counts',
    plan: plan(bash(meeting.gate('behind'), { background: true }), say('first turn'), say('second turn')),
  });
  await stream.until((event) => resultsOf([event], id).includes('first turn'));
  meeting.open('behind');
  const end = await stream.end(id);
  const first = await daemon.task(id);
  t.match(first, { status: 'done', usage: answers(3) });
  const price = costOf(first, 3);
  t.ok(price > 0);

  await daemon.must(202, 'POST', `/tasks/${id}/start`, { resume: true, message: plan(bash('echo on > on.txt'), say('gone on')) });
  await stream.until((event) => event.type === 'end' && event.taskId === id && event.id > end.id);
  const second = await daemon.task(id);
  t.equal(second.sessionId, first.sessionId, 'it is the same session');
  const [last] = linesOf(stream.events, id)
    .filter((line) => line['type'] === 'result')
    .slice(-1);
  t.ok(Number(last?.['total_cost_usd']) > (first.usage?.costUsd ?? 0), 'of which claude tells the total over both runs');
  const { runs, tree } = await usageOf(daemon, id);
  t.match(runs, [{ usage: answers(3) }, { usage: answers(2) }]);
  t.match(tree, answers(5));
  t.match(second.usage, answers(5));
  t.ok(Math.abs(costOf(second, 5) - price) < 1e-9, 'and what each answer has cost is counted once');
});

void t.test('a cost that is far beyond ends the first turn, by claude itself', async (t) => {
  const daemon = await startDaemon(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Dear',
    plan: plan(...Array.from({ length: 20 }, (_, index) => bash(`echo ${index} >> dear.txt`))),
    budget: { maxCostUsd: 0.001 },
  });
  t.match(await stream.end(id), { status: 'failed' });
  const task = await daemon.task(id);
  t.match(task.errorMessage, /BUDGET_EXCEEDED.*of \$0\.0010/);
  t.match(
    linesOf(stream.events, id).find((line) => line['type'] === 'result'),
    { subtype: 'error_max_budget_usd' },
  );
  t.ok((task.usage?.costUsd ?? 0) >= 0.001);
  t.match((await daemon.call('POST', `/tasks/${id}/start`)).body, { code: 'BUDGET_EXCEEDED' });
});

void t.test('tokens that are far beyond interrupt a turn by its lines', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Reads much',
    plan: plan(bash('true'), bash('true'), bash('true'), bash(meeting.gate('never')), say('ended well')),
    budget: { maxTokens: 300 },
  });
  t.match(await stream.end(id), { status: 'failed' });
  t.match((await daemon.task(id)).errorMessage, /BUDGET_EXCEEDED.*of 300 tokens/);
  t.same(resultsOf(stream.events, id).includes('ended well'), false);
  t.same(await runProcesses(daemon.folder), []);
});

void t.test('at the end of a turn what goes on in the background is ended', async (t) => {
  const daemon = await startDaemon(t);
  const meeting = await startRendezvous(t);
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Goes on behind',
    plan: plan(bash(meeting.gate('never'), { background: true }), say('first turn'), say('second turn')),
    budget: { maxTurns: 2 },
  });
  t.match(await stream.end(id), { status: 'failed' });
  t.match((await daemon.task(id)).errorMessage, /BUDGET_EXCEEDED.*2 of 2 turns/);
  t.same(
    stream.events.flatMap((event) => (event.type === 'budget' ? [event.percent] : [])),
    [80, 100],
  );
  t.same(await runProcesses(daemon.folder), []);
});
