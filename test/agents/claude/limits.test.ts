/** What claude prints when its account may do no more: captured with 2.1.330 (`limit*.jsonl`), and the words of older versions. */
import t from 'tap';
import { isLimitText, resetInText } from '../../../src/agents/claude/limit-text.ts';
import type { AgentSignal } from '../../../src/agents/driver.ts';
import { only, signalsOf, transcript } from './transcript.ts';

const limits = (signals: readonly AgentSignal[]): unknown => [
  only(signals, 'limited').map(({ kind: _, ...limit }) => limit),
  only(signals, 'turn-ended').map(({ isError, limit }) => [isError, limit]),
];
const resetsAt = (name: string): string => {
  const [, seconds] = /"resetsAt":(\d+)/.exec(transcript(name).join('\n')) ?? [];
  return new Date(Number(seconds) * 1000).toISOString();
};

void t.test('a limit of the account is told once, and is why the turn ended', (t) => {
  const limit = { until: resetsAt('limit') };
  t.same(limits(signalsOf(transcript('limit'))), [[limit], [[true, limit]]]);
  const ofModel = { until: resetsAt('limit-of-model'), ofModel: true };
  t.same(limits(signalsOf(transcript('limit-of-model'))), [[ofModel], [[true, ofModel]]]);
  t.same(limits(signalsOf(transcript('limit-without-end'))), [[{ until: null }], [[true, { until: null }]]]);
  t.end();
});

void t.test('none are: a busy server, an API key, what is paid for beside the allowance, another failure', (t) => {
  for (const name of ['limit-of-requests', 'limit-of-key', 'api-401', 'api-500'])
    t.same(limits(signalsOf(transcript(name))), [[], [[true, undefined]]], name);
  t.same(limits(signalsOf(transcript('limit-paid-over'))), [[], [[false, undefined]]]);
  t.end();
});

void t.test('a second turn that is refused has no event of its own, and says so all the same', (t) => {
  const again = transcript('limit').filter((line) => !line.includes('rate_limit_event'));
  const limit = { until: resetsAt('limit') };
  t.same(limits(signalsOf([...transcript('limit'), ...again])), [
    [limit, limit],
    [
      [true, limit],
      [true, limit],
    ],
  ]);
  // Something else went wrong in a turn after one that was refused.
  t.same(limits(signalsOf([...transcript('limit'), ...transcript('api-500')])), [
    [limit],
    [
      [true, limit],
      [true, undefined],
    ],
  ]);
  t.end();
});

void t.test('an agent that waited by itself and went on has no limit at its end', (t) => {
  const event = transcript('limit').filter((line) => line.includes('rate_limit_event'));
  const [init = '', ...rest] = transcript('basic');
  t.same(limits(signalsOf([init, ...event, ...rest])), [[{ until: resetsAt('limit') }], [[false, undefined]]]);
  t.end();
});

void t.test('a version without the event is understood by its words', (t) => {
  const failed = (result: string, timestamp?: string): string[] => [
    JSON.stringify({ type: 'assistant', message: { content: [] }, ...(timestamp !== undefined && { timestamp }) }),
    JSON.stringify({ type: 'result', subtype: 'success', is_error: true, result, num_turns: 1 }),
  ];
  const told = (until: string | null): unknown => [[{ until }], [[true, { until }]]];
  t.same(limits(signalsOf(failed('Claude AI usage limit reached|1755615600'))), told('2025-08-19T15:00:00.000Z'));
  const words = "You've hit your limit · resets 3pm (Europe/Berlin)";
  t.same(limits(signalsOf(failed(words, '2026-11-27T10:11:02.510Z'))), told('2026-11-27T14:00:00.000Z'));
  t.same(limits(signalsOf(failed(words))), told(null), 'nobody knows of which day');
  t.same(limits(signalsOf(failed('The tests say: usage limit reached'))), [[], [[true, undefined]]]);
  t.end();
});

void t.test('the time in its words', (t) => {
  const at = Date.parse('2026-11-27T10:11:00Z');
  const cases: [string, string | null][] = [
    ["You've hit your session limit · resets 12:50pm (Europe/Paris)", '2026-11-27T11:50:00.000Z'],
    ["You've hit your limit · resets 4:50am (Europe/Rome)", '2026-11-28T03:50:00.000Z'],
    ["You've hit your 5-hour limit · resets 12am (UTC)", '2026-11-28T00:00:00.000Z'],
    ["You've hit your weekly limit · resets Dec 1, 12:30am (Europe/Berlin)", '2026-11-30T23:30:00.000Z'],
    ["You've hit your limit · resets May 5 at 9pm (America/New_York)", '2027-05-06T01:00:00.000Z'],
    ["You've hit your limit · resets Jan 2, 2027, 1:30am (Asia/Dhaka)", '2027-01-01T19:30:00.000Z'],
    ['Claude usage limit reached. Your limit will reset at 5pm (Europe/Warsaw).', '2026-11-27T16:00:00.000Z'],
    ["You've hit your Opus limit · resets 3pm (Not/AZone)", null],
    ["You've hit your limit · resets Foo 5 at 9pm (UTC)", null],
    ["You've hit your 5-hour limit", null],
    ['You’ve hit your limit', null],
  ];
  for (const [text, until] of cases) {
    t.ok(isLimitText(text), text);
    t.equal(resetInText(text, at), until, text);
  }
  // The night in which the clocks are put back in Berlin.
  t.equal(resetInText('resets 8am (Europe/Berlin)', Date.parse('2026-10-24T21:00:00Z')), '2026-10-25T07:00:00.000Z');
  const here = resetInText('5-hour limit reached ∙ resets 3pm', at);
  t.equal(new Date(here ?? '').getHours(), 15, 'without a zone it is the one of this machine');
  for (const text of [
    'API Error: Server is temporarily limiting requests (not your usage limit) · Rate limited',
    "API Error: Request rejected (429) · This request would exceed your account's rate limit. Please try again later.",
    `You've hit your limit ${'x'.repeat(300)}`,
  ])
    t.notOk(isLimitText(text), text);
  t.end();
});
