import t from 'tap';
import { inWords, silenceOf } from '../../src/domain/silence.ts';

void t.test('of what kind a silence is', (t) => {
  const lastTurn = { isError: false, message: null };
  t.equal(silenceOf({ lastTurn: null, turnOpen: false, results: 0 }, -1), 'start');
  t.equal(silenceOf({ lastTurn: null, turnOpen: true, results: 0 }, -1), 'turn');
  t.equal(silenceOf({ lastTurn, turnOpen: false, results: 1 }, -1), null, 'it has said its last word');
  t.equal(silenceOf({ lastTurn, turnOpen: false, results: 1 }, 1), 'after-result', 'it was told something since');
  t.equal(silenceOf({ lastTurn, turnOpen: true, results: 1 }, 1), 'turn');
  t.equal(silenceOf({ lastTurn, turnOpen: false, results: 2 }, 1), null);
  t.same([29_600, 120_000].map(inWords), ['30 s', '2 minutes']);
  t.end();
});
