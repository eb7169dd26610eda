/** What agents ask, decided by the command and by an orchestrator's script. */
import t from 'tap';
import type { Approval } from '../../../schemas/approval.ts';
import { startDaemon } from '../../support/daemon.ts';
import { runScript } from '../../orchestrator/run-script.ts';
import { runCommand } from './run-command.ts';

const ask = (tool: string, input: object): string => `ASK: ${JSON.stringify({ tool, input })}`;
const question = { questions: [{ question: 'Which colour?', header: 'Colour', options: [{ label: 'Red' }, { label: 'Blue' }] }] };

void t.test('by the command', async (t) => {
  const daemon = await startDaemon(t, 'asks-as-told', { MAKIMA_ENABLE_PERMISSIONS: 'true' });
  const makima = (...args: string[]) => runCommand(daemon.home, args);
  const bash = (command: string): string => ask('Bash', { command });
  t.match(await makima('approvals'), { code: 0, out: '', err: 'No agent waits for an answer.\n' });
  const asked = [
    bash('one'),
    bash('two'),
    bash('three'),
    bash('three'),
    ask('AskUserQuestion', question),
    ask('AskUserQuestion', question),
  ];
  const { id } = await daemon.start({ name: 'Asks', plan: asked.join('\n') });
  const next = async (count: number): Promise<string> => {
    let seen = 0;
    const events = await daemon.until(id, (event) => event.type === 'approval' && event.status === 'pending' && ++seen === count);
    const last = events.at(-1);
    return last?.type === 'approval' ? last.approvalId : '';
  };
  const first = await next(1);
  t.match(await makima('approvals'), { code: 0, out: /^ID +TASK +STATE +AGE +ASKS\n[0-9a-f]{8} +[0-9a-f]{8} +pending +.* Bash: one\n$/ });
  t.match(await makima('show', 'Asks'), {
    code: 0,
    out: new RegExp(
      `Waits for: +an approval\\n +Bash: one: .makima allow ${first.slice(0, 8)}. or .makima deny ${first.slice(0, 8)} "WHY".\\n`,
    ),
  });
  t.match(await makima('allow', first.slice(0, 8)), { code: 0, out: `${first}  allowed  Bash: one\n` });
  t.match(await makima('allow', first), { code: 1, err: /decided, or the agent waits no more.*\(APPROVAL_NOT_FOUND\)/ });
  t.match(await makima('deny', first.slice(0, 8)), {
    code: 1,
    err: /decided, or the agent waits no more\. It is allowed, since .*\(APPROVAL_NOT_FOUND\)/,
  });
  t.match(await makima('deny', 'x'), { code: 1, err: /no approval whose id begins with "x"\. \(APPROVAL_NOT_FOUND\)/ });
  t.match(await makima('allow', await next(2), '--input', '{"command": "2"}'), { code: 0 });
  t.match(await makima('deny', await next(3), 'not', 'this', '--remember', 'task'), { code: 0, out: /denied {2}Bash: three\n$/ });
  const fifth = await next(4);
  t.match(await makima('allow', fifth, '--answer', 'Size=7'), { code: 1, err: /does not ask Size/ });
  t.match(await makima('approvals', 'Asks'), { out: /Which colour\? \(Red, Blue\)\n$/ });
  t.match(await makima('allow', fifth, '--answer', 'Colour=Blue'), { code: 0 });
  t.match(await makima('allow', await next(5), 'as', 'you', 'like', '--json'), {
    code: 0,
    out: /"answers":\{"Which colour\?":"as you like"\}/,
  });
  t.equal((await daemon.ended(id)).status, 'done');
  const said = (await daemon.said(id)).filter((each) => each.startsWith('Told: ')).map((each) => JSON.parse(each.slice(6)));
  t.match(said, [
    { behavior: 'allow' },
    { behavior: 'allow', updatedInput: { command: '2' } },
    { behavior: 'deny', message: 'not this' },
    { behavior: 'deny', message: 'not this' },
    { behavior: 'allow', updatedInput: { answers: { 'Which colour?': 'Blue' } } },
    { behavior: 'allow', updatedInput: { answers: { 'Which colour?': 'as you like' } } },
  ]);
  t.match(await makima('logs', 'Asks'), { out: /asks whether it may use Bash: one\. `makima allow [0-9a-f]{8}` lets it/ });
  t.match(await makima('approvals', '--all'), { out: /allowed[^]*denied/ });
});

void t.test('by the script of an orchestrator', async (t) => {
  const daemon = await startDaemon(t, 'asks-as-told');
  const top = await daemon.make({ isOrchestrator: true });
  const { key } = (await daemon.call<{ key: string }>('POST', `/tasks/${top.id}/tool-keys`, {})).body;
  const env = { MAKIMA_API_KEY: key, MAKIMA_TASK_ID: top.id };
  const script = (...args: string[]) => runScript(daemon.app.url, args, { env });
  const ended: string[] = [];
  for (const [decision, words] of [
    ['allow', 'Blue'],
    ['deny', "it's yours to say"],
  ] as const) {
    const { id } = await daemon.start({ plan: ask('AskUserQuestion', question), parentTaskId: top.id });
    await daemon.until(id, (event) => event.type === 'approval');
    const [approval] = (await daemon.call<Approval[]>('GET', `/tasks/${id}/approvals`)).body;
    const asked = `${approval?.id}\t${id}\tpending\tquestion\tAskUserQuestion\tWhich colour? (Red, Blue)\n`;
    t.match(await script('approvals'), { status: 0, stdout: asked });
    t.match(await script(decision, approval?.id ?? '', words), {
      status: 0,
      stdout: new RegExp(`^${approval?.id}\t${id}\t(allowed|denied)\t`),
    });
    t.match(await script(decision, approval?.id ?? '', words), { status: 1, stderr: /There is no approval .* that waits/ });
    await daemon.ended(id);
    ended.push(...(await daemon.said(id)));
  }
  t.match(ended.join('\n'), /"answers":\{"Which colour\?":"Blue"\}/);
  t.match(ended.join('\n'), /"message":"it's yours to say"/);
  t.match(await script('allow'), { status: 1, stderr: /allow takes an APPROVAL/ });
});
