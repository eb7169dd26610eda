/** What a person reads of codex's lines, and what clients are told of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commandText } from '../../../src/agents/codex/command-text.ts';
import { explainFailure } from '../../../src/agents/codex/explain-failure.ts';
import { explainSilence } from '../../../src/agents/codex/explain-silence.ts';
import { activities, readable } from '../../../src/agents/codex/said.ts';

const linesOf = (name: string): string[] =>
  readFileSync(join(import.meta.dirname, '../../fixtures/transcripts/codex', `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
const read = (name: string): string[] => linesOf(name).flatMap((line) => readable(line) ?? []);

void t.test('a turn as a person reads it', (t) => {
  t.same(read('message-in-turn').slice(1), [
    '● shell: sleep 2; echo one',
    '  ⎿ one',
    '● shell: echo second > second.txt',
    'finished',
    '✓ done',
  ]);
  t.same(read('code-mode'), [
    '● shell: echo code > code.txt; echo hi',
    '  ⎿ hi',
    '● apply_patch: /w/wt/patched.txt',
    '  ⎿ Added /w/wt/patched.txt\n    hello',
    'e',
    '✓ done',
  ]);
  t.match(read('api-401'), [/^›/, /^… Reconnecting\.\.\. 1\/5: unexpected status 401/]);
  t.match(read('api-401').at(-1), /^✗ unexpected status 401/);
  t.match(read('mcp'), [/^›/, '● mcp__makima__echo', '  ⎿ echoed T', 'e', '✓ done']);
  t.match(read('lost-thread'), ['✗ no rollout found for thread id 01a21d3e-0000-7d43-9e54-9c01ad554a0f']);
  t.equal(readable('a wrapper says this'), 'a wrapper says this');
  t.equal(readable(''), null);
  t.end();
});

void t.test('as clients are told it: a call and its result have one id', (t) => {
  const told = linesOf('declined').flatMap(activities);
  t.match(told[0], { kind: 'tool', tool: { name: 'shell', input: { command: 'echo in > in.txt', cwd: '/w/wt' } } });
  t.match(told[1], { kind: 'tool-result', callId: told[0]?.callId, isError: true, text: 'It was not allowed' });
  const item = {
    type: 'commandExecution',
    id: 'c',
    command: "/bin/bash -lc 'false'",
    status: 'completed',
    aggregatedOutput: 'bad',
    exitCode: 3,
  };
  t.match(activities(JSON.stringify({ method: 'item/completed', params: { item } })), [{ text: 'Exit code 3\nbad', isError: true }]);
  const thought = { type: 'reasoning', id: 'r', summary: ['one', 'two'], content: [] };
  t.match(activities(JSON.stringify({ method: 'item/completed', params: { item: thought } })), [{ kind: 'thinking', text: 'one\ntwo' }]);
  const plan = [
    { step: 'look', status: 'completed' },
    { step: 'write', status: 'inProgress' },
    { step: 'test', status: 'pending' },
  ];
  t.match(activities(JSON.stringify({ method: 'turn/plan/updated', params: { plan } })), [
    { kind: 'plan', text: '[x] look\n[>] write\n[ ] test' },
  ]);
  const search = { type: 'webSearch', id: 'w', query: 'a question' };
  t.same(activities(JSON.stringify({ method: 'item/started', params: { item: { ...search, query: '' } } })), []);
  t.match(activities(JSON.stringify({ method: 'item/completed', params: { item: search } })), [
    { tool: { name: 'web_search', input: { query: 'a question' } } },
  ]);
  t.end();
});

void t.test('a command is read without the shell that runs it, where that can be told', (t) => {
  t.equal(commandText('/bin/bash -lc ls'), 'ls');
  t.equal(commandText('/bin/bash -lc \'echo "a" > b; c\''), 'echo "a" > b; c');
  t.equal(commandText('/usr/bin/zsh -c "it\'s \\"x\\" \\\\ \\$y"'), 'it\'s "x" \\ $y');
  for (const odd of ['ls -l', "/bin/bash -lc 'a'b", '/bin/bash -lc "$(x)"', "/bin/bash -lc 'it'\\''s'"]) t.equal(commandText(odd), odd);
  t.end();
});

void t.test('what to do about a failure, and about silence', (t) => {
  t.match(explainFailure('unexpected status 401 Unauthorized: no'), /\. Run `codex login`/);
  t.match(explainFailure('no rollout found for thread id x'), /start the task again without resume/);
  t.match(explainFailure("error: unrecognized subcommand 'app-server'"), /too old: `npm install -g @openai\/codex@latest`/);
  t.match(explainFailure('Missing environment variable: `KEY`.'), /^Missing environment variable: `KEY`\. Set it/);
  t.equal(
    explainFailure('Error: CODEX_HOME points to "/x", but that path does not exist\n\nStack backtrace:\n   0: <unknown>\n'),
    'Error: CODEX_HOME points to "/x", but that path does not exist. Make that folder, or correct CODEX_HOME in the environment of makima or in MAKIMA_AGENTS.',
  );
  t.match(explainFailure('failed to load configuration: /h/config.toml:1:16: unknown variant `x`'), /Correct codex's settings/);
  t.match(explainFailure('Error: --profile only applies to runtime commands'), /An app-server has no profiles/);
  t.equal(explainFailure('something else'), 'something else');
  t.match(explainSilence(null), /its session has not begun/);
  const started = linesOf('message-in-turn').find((line) => line.includes('item/started') && line.includes('commandExecution'));
  t.match(explainSilence(started ?? null), /^its tool shell has not ended/);
  t.match(
    explainSilence(linesOf('message-in-turn').find((line) => line.includes('turn/started')) ?? null),
    /the model has not answered yet/,
  );
  t.end();
});
