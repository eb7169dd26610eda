/**
 * Prints lines as an agent does, each by a write of its own, and the next as soon as the last is out. With an argument it does so at once and
 * ends; else as an agent that has its first message, which it answers with a line, and floods at the second.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const count = Number(process.argv[2] ?? process.env['BENCH_LINES']);
const session = '00000000-0000-4000-8000-000000000000';

/** As long as most lines of an agent, with as many quotes. */
const lineOf = (n: number): string =>
  `{"type":"assistant","message":{"model":"scripted-model","role":"assistant","content":[{"type":"text","text":"Line ${n} of what the agent says about the work that it does, in words"}],"usage":{"input_tokens":3,"output_tokens":25}},"parent_tool_use_id":null,"session_id":"${session}"}\n`;

const flood = (): void => {
  for (let n = 0; n < count; n += 1) writeSync(1, lineOf(n));
  writeSync(1, `{"type":"assistant","message":{"content":[{"type":"text","text":"flood-is-over"}]}}\n`);
};

if (process.argv[2] !== undefined) flood();
else {
  let messages = 0;
  for await (const message of createInterface({ input: process.stdin })) {
    messages += 1;
    if (message.includes('that is all')) {
      writeSync(1, '{"type":"result","subtype":"success","is_error":false,"result":"done","num_turns":1,"total_cost_usd":0}\n');
      process.exit(0);
    } else if (messages === 1) writeSync(1, `{"type":"system","subtype":"init","session_id":"${session}","model":"scripted-model"}\n`);
    else flood();
  }
}
