import t from 'tap';
import { explainFailure } from '../../../src/agents/claude/explain-failure.ts';
import { only, signalsOf, transcript } from './transcript.ts';

const failureOf = (name: string): string => only(signalsOf(transcript(name)), 'turn-ended').find(({ isError }) => isError)?.message ?? '';

void t.test('each failure keeps the agent’s words and says what to do', (t) => {
  const cases: [string, RegExp][] = [
    [failureOf('no-auth'), /Not logged in · Please run \/login\. Run `claude` once .*ANTHROPIC_API_KEY/],
    [failureOf('api-401'), /API Error: 401 mock error 401\. The credentials were refused/],
    [failureOf('api-500'), /API Error: 500.*start the task again/s],
    [failureOf('max-budget'), /Reached maximum budget \(\$0\.01\)\. Raise --max-budget-usd/],
    ['--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons', /ordinary user.*IS_SANDBOX.*MAKIMA_ENABLE_PERMISSIONS/],
    ['Error: When using --print, --output-format=stream-json requires --verbose', /MAKIMA_DISABLE_VERBOSE/],
    ['Credit balance is too low', /Add credit/],
    ["You've hit your limit · resets 3pm", /Wait until/],
    ['No conversation found with session ID: x', /begins a new one/],
    ["error: unknown option '--modle'", /MAKIMA_CLAUDE_ARGS/],
  ];
  for (const [message, expected] of cases) {
    t.match(explainFailure(message), expected);
    t.ok(explainFailure(message).startsWith(message.replace(/[.:]$/, '')), 'the words stay');
  }
  t.end();
});

void t.test('what is not known stays as it is', (t) => {
  for (const message of ['', 'the build is broken', 'assertion failed at line 401']) t.equal(explainFailure(message), message);
  t.equal(explainFailure(`${'x'.repeat(5000)} not logged in`).length, 5014, 'a long message quotes someone else');
  t.end();
});
