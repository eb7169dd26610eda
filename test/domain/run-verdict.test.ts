import t from 'tap';
import { isAtRest, judgeRun, noProgress, type RunEnd, type RunProgress } from '../../src/domain/run-verdict.ts';

const said = (progress: Partial<RunProgress> = {}): RunProgress => ({ ...noProgress, sawOutput: true, ...progress });
const ended = (end: Partial<RunEnd> = {}): RunEnd => ({ exitCode: 0, stopRequested: false, endedByDaemon: false, stderrTail: '', ...end });
const good = { isError: false, message: 'fine' };
const bad = { isError: true, message: 'Not logged in' };

void t.test('how a run ended', async (t) => {
  t.same(judgeRun(said({ lastTurn: good }), ended()), { status: 'done', errorMessage: null });
  t.same(judgeRun(said({ lastTurn: bad }), ended({ exitCode: 1 })), { status: 'failed', errorMessage: 'Not logged in' });
  t.same(
    judgeRun(said({ lastTurn: bad }), ended()),
    { status: 'failed', errorMessage: 'Not logged in' },
    'is_error counts, whatever the exit status',
  );
  t.equal(judgeRun(said({ lastTurn: bad }), ended({ stopRequested: true })).status, 'interrupted');
  t.equal(judgeRun(said(), ended({ exitCode: null, stopRequested: true })).status, 'interrupted');
  t.match(judgeRun(said({ lastTurn: good }), ended({ exitCode: null })), { status: 'failed', errorMessage: /gone/ });
  t.match(
    judgeRun(said({ turnOpen: true }), ended()),
    { status: 'failed', errorMessage: /middle of a turn/ },
    'interrupted from outside: exit 0 and no result',
  );
  t.match(judgeRun(said({ turnOpen: true, lastTurn: good }), ended({ exitCode: 143 })), { status: 'failed', errorMessage: /143/ });
  t.match(judgeRun(said({ lastTurn: good }), ended({ exitCode: 3, stderrTail: 'boom\n' })), { status: 'failed', errorMessage: /3.*boom/ });
  t.equal(
    judgeRun(said({ lastTurn: good }), ended({ exitCode: 143, endedByDaemon: true })).status,
    'done',
    'it lingered after its last word',
  );
  t.equal(judgeRun(said(), ended({ exitCode: 143, endedByDaemon: true })).status, 'failed', 'and had none');
});

void t.test('an agent that exits before its first line fails with what it said on stderr', async (t) => {
  t.same(judgeRun(noProgress, ended({ exitCode: 3, stderrTail: 'no such option\n' })), {
    status: 'failed',
    errorMessage: 'no such option',
  });
  t.match(judgeRun(noProgress, ended()), { status: 'failed', errorMessage: /status 0 before it printed anything/ });
});

void t.test('a program that prints something and ends well without a result is no agent that did its work', async (t) => {
  t.match(judgeRun(said(), ended({ stderrTail: 'usage: echo' })), { status: 'failed', errorMessage: /without a result.*usage: echo/ });
});

void t.test('an agent is at rest after a result with nothing running behind it', async (t) => {
  t.equal(isAtRest(said()), false);
  t.equal(isAtRest(said({ lastTurn: good })), true);
  t.equal(isAtRest(said({ lastTurn: good, background: 1 })), false);
  t.equal(isAtRest(said({ lastTurn: good, turnOpen: true })), false);
});
