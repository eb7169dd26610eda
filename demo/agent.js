#!/usr/bin/env node
// A scripted agent for the tour: it speaks the protocol of the real one, works for a few seconds and needs no account.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';

if (process.argv.includes('--version')) {
  console.log('1.0.0 (scripted demo agent)');
  process.exit(0);
}

const sessionId = randomUUID();
const print = (line) => process.stdout.write(`${JSON.stringify({ ...line, session_id: sessionId })}\n`);
const say = (text) => print({ type: 'assistant', message: { role: 'assistant', content: [{ type: 'text', text }] } });
const tool = (name, input) =>
  print({ type: 'assistant', message: { role: 'assistant', content: [{ type: 'tool_use', id: `toolu_${randomUUID()}`, name, input }] } });

const page = `<!doctype html>
<title>Hello</title>
<h1>Hello from an agent in a worktree of its own</h1>
`;

for await (const line of createInterface({ input: process.stdin })) {
  if (JSON.parse(line).type !== 'user') continue;
  print({ type: 'system', subtype: 'init', cwd: process.cwd(), model: 'scripted' });
  await pause(500);
  say('I am a scripted agent. I look at the plan and write one page.');
  await pause(1000);
  tool('Write', { file_path: 'hello.html', content: page });
  writeFileSync('hello.html', page);
  await pause(1000);
  say('hello.html is there. That is all the plan asks for.');
  await pause(500);
  print({
    type: 'result',
    subtype: 'success',
    is_error: false,
    result: 'hello.html is there',
    num_turns: 1,
    total_cost_usd: 0,
    usage: { input_tokens: 0, output_tokens: 0 },
  });
}
