/**
 * Whatever an agent prints, in whatever order: its driver throws nothing, the same lines mean the same to the daemon that comes after, what is
 * said to the agent are whole lines, and nothing grows without a bound.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import t from 'tap';
import type { AgentSettings } from '../../../src/agents/agent-settings.ts';
import { asSetUp, type AgentConversation, type AgentDriver, type AgentRequest, type AgentSignal } from '../../../src/agents/driver.ts';
import { protocols } from '../../../src/agents/protocols.ts';
import { corpusOf } from './corpus.ts';

const settings: AgentSettings = {
  name: 'fuzzed',
  command: '/bin/true',
  args: [],
  env: {},
  inheritedEnv: {},
  enablePermissions: true,
  howToInstall: 'Not at all',
};

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 60);

/** A JSON text in which one value is another, or is gone. */
const otherwise = (line: string, at: number, value: unknown): string => {
  let seen = 0;
  const change = (from: unknown): unknown => {
    seen += 1;
    if (seen === at + 1) return value;
    if (Array.isArray(from)) return from.map(change);
    if (typeof from !== 'object' || from === null) return from;
    return Object.fromEntries(Object.entries(from).map(([key, each]) => [key, change(each)]));
  };
  try {
    return JSON.stringify({ is: change(JSON.parse(line)) }).slice('{"is":'.length, -1);
  } catch {
    return line;
  }
};

/** Lines of an agent's, whole or spoilt, repeated and in any order, among what is none of its protocol. */
const linesOf = (corpus: readonly string[]): fc.Arbitrary<string[]> => {
  const known = fc.constantFrom(...corpus);
  const spoilt = fc
    .tuple(known, fc.nat(40), fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(undefined, -1, 1e308, 'x'.repeat(5000), [], {})))
    .map(([line, at, value]) => otherwise(line, at, value));
  const torn = fc
    .tuple(known, fc.nat(400), fc.string({ maxLength: 4 }))
    .map(([line, at, by]) => line.slice(0, at) + by + line.slice(at + 1));
  const none = fc.oneof(fc.string(), fc.json(), fc.constantFrom('', 'null', '[]', '{"jsonrpc":"2.0"}', '['.repeat(20_000)));
  return fc.array(fc.oneof({ weight: 4, arbitrary: known }, { weight: 3, arbitrary: spoilt }, torn, none), { maxLength: 40 });
};

const isWholeLines = (bytes: string): boolean =>
  bytes.endsWith('\n') &&
  bytes
    .slice(0, -1)
    .split('\n')
    .every((line) => typeof JSON.parse(line) === 'object');

const isSound = (signal: AgentSignal): boolean => {
  switch (signal.kind) {
    case 'reply':
      return isWholeLines(signal.bytes) && signal.id !== '';
    case 'turn-ended':
      return Object.values(signal.usage).every((each) => Number.isFinite(each) && each >= 0);
    case 'session':
      return signal.sessionId !== '' && signal.sessionId.length <= 1000;
    default:
      return true;
  }
};

const hears = (conversation: AgentConversation, lines: readonly string[]): AgentSignal[] =>
  lines.flatMap((line) => conversation.read(line).signals);

const answers = (conversation: AgentConversation, request: AgentRequest): void => {
  for (const answer of [
    { decision: 'allow' as const },
    { decision: 'allow' as const, answers: Object.fromEntries((request.questions ?? []).map(({ question }) => [question, '7'])) },
    { decision: 'deny' as const, message: 'no' },
  ]) {
    const bytes = conversation.answerMessage(request, answer);
    if (bytes !== null && !isWholeLines(bytes)) throw new Error(`no whole line: ${bytes}`);
  }
};

const launches = (driver: AgentDriver): AgentConversation[] => [
  driver.converse({ ...asSetUp, cwd: '/tmp' }),
  driver.converse({ ...asSetUp, cwd: '/tmp', session: 'earlier', model: 'large', effort: 'high', permissions: 'skip' }),
];

for (const [protocol, make] of Object.entries(protocols)) {
  const driver = make(settings);
  const { greeting, lines: corpus } = corpusOf(protocol);

  void t.test(`${protocol}: no line and no order of lines throws, or means something else the next time`, (t) => {
    fc.assert(
      fc.property(fc.boolean(), linesOf([...greeting, ...corpus]), (isGreeted, told) => {
        const lines = isGreeted ? [...greeting, ...told] : told;
        const again = launches(driver);
        for (const [index, conversation] of launches(driver).entries()) {
          const signals = hears(conversation, lines);
          for (const signal of signals) {
            if (!isSound(signal)) throw new Error(`no sound signal: ${JSON.stringify(signal)}`);
            if (signal.kind === 'asked') answers(conversation, signal.request);
          }
          const next = again[index];
          t.strictSame(next && hears(next, lines), signals);
          if (conversation.isOpen && !driver.hasOneTurn && !isWholeLines(conversation.userMessage('/and now\n{"id":1}', 'id')))
            throw new Error('no whole line');
          conversation.interruptMessage();
        }
        const activities = lines.map((line) => driver.activities(line));
        const readable = lines.map((line) => driver.readable(line));
        t.strictSame(
          lines.toReversed().map((line) => driver.activities(line)),
          activities.toReversed(),
        );
        if (!readable.every((each) => each === null || typeof each === 'string')) throw new Error('no text');
        driver.explainSilence(lines.at(-1) ?? null);
        return t.passing();
      }),
      { numRuns },
    );
    t.end();
  });

  void t.test(`${protocol}: an agent that never ends its turn, nor stops asking, is not remembered line by line`, (t) => {
    setFlagsFromString('--expose-gc');
    const used = (): number => {
      runInNewContext('gc()');
      return process.memoryUsage().heapUsed;
    };
    const conversation = driver.converse({ ...asSetUp, cwd: '/tmp' });
    hears(conversation, greeting);
    const filling = 'x'.repeat(500);
    const number = (line: string, n: number): string =>
      line.replaceAll(/"(id|toolCallId|uuid|call_id|request_id|callID)":(?:"[^"]*"|\d+)/g, `"$1":"${n} ${filling}"`);
    const before = used();
    // 30 MB of ids alone.
    for (let n = 0; n < 60_000; n += 1) conversation.read(number(corpus[n % corpus.length] ?? '{}', n));
    const grown = used() - before;
    t.ok(grown < 12_000_000, `it grew by ${grown} bytes`);
    t.end();
  });
}
