/** Runs that the real program ends as successes, and in which it could not work: captured with 2.1.330. */
import t from 'tap';
import { explainFailure } from '../../../src/agents/claude/explain-failure.ts';
import { readable } from '../../../src/agents/claude/said.ts';
import { only, signalsOf, transcript } from './transcript.ts';

const end = (lines: readonly string[]) => only(signalsOf(lines), 'turn-ended').at(-1);
/** As an older version prints it, which lacks these lines or fields. */
const without = (name: string, ...unknown: string[]): string[] =>
  transcript(name)
    .filter((line) => !unknown.some((subtype) => line.includes(`"subtype":"${subtype}"`)))
    .map((line) => unknown.reduce((text, field) => text.replace(`"${field}":`, '"unknown_to_this_version":'), line));

void t.test('a prompt that a hook blocks or stops is an error with its reason, and the plan is not quoted', (t) => {
  t.match(end(transcript('prompt-blocked')), { isError: true, message: 'The prompt was refused by a hook: no prompts on Fridays' });
  t.match(end(transcript('prompt-stopped')), { isError: true, message: 'The prompt was refused by a hook: stopped by policy' });
  t.match(explainFailure('The prompt was refused by a hook: API Error: 401'), /UserPromptSubmit/);
  t.match(transcript('prompt-blocked').map(readable).join('\n'), /^✗ The prompt was refused by a hook: no prompts on Fridays$/m);
  t.end();
});

void t.test('a turn without a word of the model is an error, also where nothing says why', (t) => {
  t.match(end(without('prompt-blocked', 'informational')), { isError: true, message: /session never began.*no prompts on Fridays/s });
  t.match(explainFailure("The agent's session never began: x"), /claude -p hello/);
  // A command of claude's own, such as /cost, is answered without the model and is no failure.
  t.same(
    only(signalsOf(transcript('slash-text')), 'turn-ended').map(({ isError }) => isError),
    [false, false, false, false],
  );
  t.end();
});

void t.test('a message that is refused later is an error of its own turn alone', (t) => {
  const ends = only(signalsOf([...transcript('basic'), ...transcript('prompt-blocked'), ...transcript('basic')]), 'turn-ended');
  t.same(
    ends.map(({ isError }) => isError),
    [false, true, false],
  );
  t.end();
});

void t.test('an agent that was denied every tool it tried is in error, whatever denied them', (t) => {
  t.match(end(transcript('tools-denied')), {
    isError: true,
    message:
      /^Every tool that the agent tried was denied: Bash \(touch in .* needs approval.*\), Write \(Claude requested permissions to write/,
  });
  t.match(end(transcript('tools-denied-by-hook')), { isError: true, message: /Bash \(PreToolUse:Bash hook error: .*tools are forbidden/ });
  t.match(end(transcript('tools-disabled')), {
    isError: true,
    message: /Bash \(Error: No such tool available: Bash. Bash is disabled for this session/,
  });
  t.match(
    end(without('tools-denied', 'permission_denied', 'tool_result_meta')),
    { isError: true, message: 'Every tool that the agent tried was denied: Bash, Write' },
    'as 2.1.100 tells it',
  );
  t.match(explainFailure(end(transcript('tools-denied'))?.message ?? ''), /permissions.*settings\.json.*MAKIMA_ENABLE_PERMISSIONS/);
  t.end();
});

void t.test('one that could use others ended well, and names those that it could not', (t) => {
  for (const lines of [transcript('one-tool-denied'), [...transcript('tools-denied'), ...transcript('basic')]]) {
    const { isError, denied } = end(lines) ?? {};
    t.equal(isError, false);
    t.match(denied, [/^Bash \(.*touch/]);
  }
  t.equal(end(transcript('basic'))?.denied, undefined);
  t.end();
});

void t.test('a hook that ends the turn in the middle is an error', (t) => {
  t.match(end(transcript('stopped-by-hook')), { isError: true, message: /stopped by a hook in the middle of its turn/ });
  t.match(explainFailure(end(transcript('stopped-by-hook'))?.message ?? ''), /PreToolUse/);
  t.end();
});

void t.test('a thousand denials cost a bounded message', (t) => {
  const call = (number: number): string[] => [
    `{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t${number}","name":"tool-${number}"}]}}`,
    `{"type":"system","subtype":"permission_denied","tool_use_id":"t${number}","tool_name":"tool-${number}","message":"${'x'.repeat(5000)}"}`,
    `{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t${number}","is_error":true,"content":"no"}]}}`,
  ];
  const { isError, message } =
    end([...Array.from({ length: 1000 }, (_, number) => call(number)).flat(), '{"type":"result","is_error":false,"num_turns":1}']) ?? {};
  t.equal(isError, true);
  t.ok((message?.length ?? 0) < 10_000, String(message?.length));
  t.end();
});
