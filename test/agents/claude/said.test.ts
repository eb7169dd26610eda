import t from 'tap';
import fc from 'fast-check';
import { readable } from '../../../src/agents/claude/said.ts';
import { transcript } from './transcript.ts';

const text = (name: string): string =>
  transcript(name)
    .map(readable)
    .filter((line) => line !== null)
    .join('\n');
const assistant = (...content: object[]): string => JSON.stringify({ type: 'assistant', message: { content }, parent_tool_use_id: null });

void t.test('a whole run reads as what was said and done', (t) => {
  t.equal(
    text('basic'),
    [
      'working on it',
      '● Bash: echo hi; pwd',
      '  ⎿ hi',
      '    /w/repo',
      '● Write: out.txt',
      '  ⎿ File created successfully at: out.txt (file state is current in your context — no need to Read it back)',
      '● Edit: out.txt',
      '  ⎿ The file out.txt has been updated successfully. (file state is current in your context — no need to Read it back)',
      '● Read: out.txt',
      '  ⎿ 1 line1',
      '    2 LINE2',
      'mock: done (4 tool calls)',
      '✓ done (5 turns, $0.06)',
    ].join('\n'),
  );
  t.end();
});

void t.test('failures, retries, interrupts and background work are told', (t) => {
  t.match(text('api-401'), /… the API answered with an error \(401 authentication_failed\); try 1 of 2 follows in 0\.6 s\n/);
  t.match(text('api-401'), /\n✗ Failed to authenticate\. API Error: 401/);
  t.match(text('max-budget'), /✗ Reached maximum budget/);
  t.match(text('interrupt'), /✗ interrupted\n/);
  t.match(text('background-bash'), /● Background command "scripted background command" completed \(exit code 0\)/);
  t.match(text('busy-SIGTERM'), / {2}✗ Exit code 137/);
  t.end();
});

void t.test('long tool calls and results are cut, the agent’s own text is not', (t) => {
  const long = 'x'.repeat(10_000);
  t.equal(readable(assistant({ type: 'text', text: long })), long);
  t.ok((readable(assistant({ type: 'tool_use', name: 'Bash', input: { command: long } })) ?? '').length < 300);
  const result = { type: 'user', message: { content: [{ type: 'tool_result', content: 'a\nb\nc\nd\ne\n', is_error: true }] } };
  t.equal(readable(JSON.stringify(result)), '  ✗ a\n    b\n    c\n    … 2 more lines');
  t.equal(readable(assistant({ type: 'tool_use', name: 'Bash', input: { command: 'one\ntwo' } })), '● Bash: one …');
  t.end();
});

void t.test('results in blocks, subagents, unknown tools and thinking', (t) => {
  const blocks = {
    type: 'user',
    message: { content: [{ type: 'tool_result', content: [{ type: 'text', text: 'hi' }, { type: 'image' }] }] },
  };
  t.equal(readable(JSON.stringify(blocks)), '  ⎿ hi');
  t.equal(
    readable(JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text: 'a\nb' }] }, parent_tool_use_id: 'toolu_1' })),
    '  a\n  b',
  );
  t.equal(readable(assistant({ type: 'tool_use', name: 'mcp__x__y', input: { n: 1 } })), '● mcp__x__y');
  t.equal(readable(assistant({ type: 'thinking', thinking: 'hm' })), null);
  t.equal(readable('{"type":"system","subtype":"permission_denied","tool_name":"Bash"}'), '✗ not permitted: Bash');
  t.equal(readable('{"type":"system","subtype":"init","session_id":"x"}'), null);
  t.equal(readable('{"type":"command_lifecycle","state":"queued"}'), null);
  t.equal(readable(''), null);
  t.equal(readable('a line that is no JSON'), 'a line that is no JSON');
  t.end();
});

void t.test('nothing that steers a terminal comes through', (t) => {
  const evil = 'a\u001b[31mred\u001b[0m\u001b]0;title\u0007\u009b2Jb\u0000\r\u0008\u007f\u0090c\td\ne';
  const cleaned = readable(assistant({ type: 'text', text: evil }));
  t.equal(cleaned, 'aredbc\td\ne');
  for (const line of [
    evil,
    assistant({ type: 'tool_use', name: evil, input: { command: evil } }),
    JSON.stringify({ type: 'result', is_error: true, result: evil }),
  ])
    t.notMatch(readable(line), /[^\P{Cc}\n\t]/u);
  t.end();
});

void t.test('no line whatever throws or brings a control character', (t) => {
  const key = fc.constantFrom(
    'type',
    'subtype',
    'message',
    'content',
    'text',
    'name',
    'input',
    'command',
    'is_error',
    'result',
    'errors',
    '__proto__',
  );
  const word = fc.constantFrom('assistant', 'user', 'result', 'system', 'api_retry', 'tool_use', 'tool_result', 'text', '\u001b[2J');
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, word, fc.jsonValue(), fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(key, tie('tree'))),
  }));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        tree.map((value) => JSON.stringify(value)),
      ),
      (line) => {
        if (/[^\P{Cc}\n\t]/u.test(readable(line) ?? '')) throw new Error('a control character');
      },
    ),
    { numRuns: 1000 },
  );
  t.end();
});
