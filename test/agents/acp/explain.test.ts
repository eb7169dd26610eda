/** What a person is told to do when an agent of ACP fails, or says nothing. */
import t from 'tap';
import { explainFailure } from '../../../src/agents/acp/explain-failure.ts';
import { explainSilence } from '../../../src/agents/acp/explain-silence.ts';

const gemini = { name: 'gemini', command: 'gemini', args: ['--acp'] };

void t.test('each known failure has a remedy, an unknown one its own words', (t) => {
  for (const [says, todo] of [
    ['The agent is not signed in: Gemini API key is missing or not configured.', /Run `gemini` once .* or set GEMINI_API_KEY/],
    [
      "The agent's session x cannot be gone on with: Internal error: OpenCode service failure",
      /lost this session: start the task again without resume/,
    ],
    ['The agent cannot go on with an earlier session, only begin a new one', /Start the task again without resume/],
    ['The agent does not have the model "x": it has a, b', /another one, or without/],
    ['The agent speaks version 2 of the Agent Client Protocol, and makima version 1', /Install a version of gemini/],
    ['You have exhausted your quota', /Wait until the limit is over/],
    ['models/nope is not found for API version v1beta', /Choose a model that the account has/],
    ['fetch failed', /Check the network/],
    ['The model is overloaded', /usually over in a few minutes/],
    ['The agent exited with status 1 before it printed anything', /Run `gemini --acp` in a terminal/],
  ] as const)
    t.match(explainFailure(says, gemini), todo, says);
  t.equal(explainFailure('Something else', gemini), 'Something else');
  t.match(explainFailure('401 Unauthorized', { name: 'mine', command: '~/bin/mine', args: [] }), /Run `~\/bin\/mine` once/);
  t.match(explainFailure('unknown option --acp', { ...gemini, args: [] }), /Run `gemini` in a terminal/);
  t.end();
});

void t.test('what a silent agent is likely to be at', (t) => {
  const update = (fields: object): string =>
    JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: 's', update: fields } });
  t.match(explainSilence(null), /session has not begun/);
  t.match(explainSilence('{"jsonrpc":"2.0","id":"initialize","result":{}}'), /session has not begun/);
  t.match(explainSilence('{"jsonrpc":"2.0","id":"session","result":{}}'), /model has not answered/);
  t.match(explainSilence(update({ sessionUpdate: 'available_commands_update', availableCommands: [] })), /model has not answered/);
  t.match(
    explainSilence(update({ sessionUpdate: 'tool_call', toolCallId: 'c', title: 'npm test', status: 'in_progress' })),
    /its tool npm test has not ended/,
  );
  t.match(explainSilence(update({ sessionUpdate: 'tool_call_update', toolCallId: 'c', status: 'completed' })), /something long/);
  t.match(explainSilence('no JSON'), /something long/);
  t.end();
});
