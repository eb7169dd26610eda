/** What an agent's protocol wants to be said to it, where that cannot be said. */
import t from 'tap';
import { MakimaError, type ErrorCode } from '../../../src/errors.ts';
import { openProtocol } from '../../../src/runs/supervision/protocol.ts';

type Parts = Parameters<typeof openProtocol>[1];

/** An agent to whom everything fails to be said for the same reason. */
const protocolThat = (code: ErrorCode, noted: string[], tried: string[]): ReturnType<typeof openProtocol> => {
  const parts: Pick<Parts, 'say' | 'state'> & { agent: Pick<Parts['agent'], 'write'> } = {
    say: (text) => void noted.push(text),
    state: { paused: false, inputClosed: false, finishing: false, exited: false, opened: true, askedAfter: -1 },
    agent: {
      write: (_bytes, id) => {
        tried.push(id ?? '');
        return Promise.reject(new MakimaError(code));
      },
    },
  };
  return openProtocol({ reached: () => undefined }, Object.assign(Object.create(null), { tracker: {}, run: {} }, parts));
};
const replies = ['a', 'b'].map((id) => ({ kind: 'reply' as const, id, bytes: `${id}\n` }));

void t.test('what is too long, or too much for one that reads nothing, is said once to be so, and the run goes on', async (t) => {
  const [noted, tried]: string[][] = [[], []];
  if (!noted || !tried) throw new Error('there are two');
  await protocolThat('BODY_TOO_LARGE', noted, tried).say(replies);
  t.strictSame(tried, ['a', 'b']);
  t.match(noted, [/^The agent is not told all that its protocol wants: /]);
  t.equal(noted.length, 1);
});

void t.test('one that takes nothing more is told nothing, and a full disk is waited for', async (t) => {
  const noted: string[] = [];
  await protocolThat('AGENT_INPUT_CLOSED', noted, []).say(replies);
  t.strictSame(noted, []);
  await t.rejects(protocolThat('DISK_FULL', noted, []).say(replies), { code: 'DISK_FULL' });
});
