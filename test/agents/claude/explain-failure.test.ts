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
    [
      '--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons',
      /ordinary user.*IS_SANDBOX.*MAKIMA_ENABLE_PERMISSIONS/,
    ],
    ['Error: When using --print, --output-format=stream-json requires --verbose', /MAKIMA_DISABLE_VERBOSE/],
    ['Credit balance is too low', /Add credit/],
    ["You've hit your limit · resets 3pm", /Wait until/],
    // The texts of 2.1.330, whose code they were read in; test/claude/failures.e2e.ts has some of them from itself.
    ['API Error: Request rejected (429) · this may be a temporary capacity issue.', /Wait until/],
    ["You've hit your Opus limit · resets 3pm", /limit of this model.*--model/],
    ["You've hit your weekly limit · resets Mon 9am", /Wait until the limit is reset/],
    ['API Error: Server is temporarily limiting requests (not your usage limit) · Rate limited', /few minutes/],
    ["You're out of extra usage · resets 3pm", /Add credit/],
    ["You're out of usage credits. See Usage in Settings", /Add credit/],
    ["You've hit your monthly spend limit · raise it at https://claude.ai/settings/usage", /raise the limit/],
    ['Your org is out of usage · contact your admin', /admin/],
    ['Opus requires usage credits. Run --model to switch', /Add credit/],
    [
      'Request too large (max 32MB). Accumulated images and attachments in the conversation pushed the request over the limit. Remove older images or compact the conversation.',
      /new conversation in the same worktree/,
    ],
    [
      'API Error: 413 {"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}',
      /new conversation/,
    ],
    [
      "There's an issue with the selected model (opus-9). It may not exist or you may not have access to it. Run --model to pick a different model.",
      /Choose a model/,
    ],
    ['API Error: 404 {"type":"error","error":{"type":"not_found_error","message":"model: opus-9"}}', /Choose a model/],
    [
      'Claude Opus is not available with the Claude Pro plan. If you have updated your subscription plan recently, run /logout and /login for the plan to take effect.',
      /Choose a model/,
    ],
    ['Request timed out', /API_TIMEOUT_MS/],
    [
      'Request timed out. If the API is slow to answer, or a proxy or gateway holds responses, set API_TIMEOUT_MS above 600000.',
      /Check the network/,
    ],
    ['API Error: Connection to the API was lost (ECONNRESET). This is usually temporary — try again.', /Check the network/],
    ['Login expired · Run /login to sign in again, or re-authenticate your Anthropic profile', /Run `claude` once/],
    ['Your ANTHROPIC_API_KEY belongs to a disabled organization · Update or unset the environment variable', /credentials were refused/],
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
