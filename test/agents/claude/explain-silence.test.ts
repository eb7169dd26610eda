import t from 'tap';
import { explainSilence } from '../../../src/agents/claude/explain-silence.ts';
import { transcript } from './transcript.ts';

const first = (holds: string): string => transcript('basic').find((line) => line.includes(holds)) ?? '';
const [init, toolUse, toolResult] = [first('"init"'), first('"tool_use"'), first('"tool_result"')];

void t.test('what an agent that prints nothing is likely to be at, by the last line that it printed', (t) => {
  t.match(explainSilence(null), /session has not begun.*UserPromptSubmit or SessionStart.*sign-in.*network.*claude --debug -p hello/);
  t.match(
    explainSilence('{"type":"system","subtype":"hook_started","hook_name":"SessionStart:startup"}'),
    /its hook SessionStart:startup has not ended.*settings\.json/,
  );
  t.match(explainSilence('{"type":"system","subtype":"hook_response","hook_name":"SessionStart:startup"}'), /session has not begun/);
  t.match(explainSilence(init), /model has not answered.*network.*ANTHROPIC_BASE_URL.*apiKeyHelper/);
  t.match(explainSilence(toolUse), /its tool \w+ has not ended/);
  for (const line of [toolResult, '', 'no JSON', '{}', '{"type":"assistant","message":7}'])
    t.equal(explainSilence(line), 'it may be working on something long, or hang', line.slice(0, 80));
  t.end();
});
