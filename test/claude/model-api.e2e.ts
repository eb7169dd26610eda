import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startModelApi, type Asked, type ModelApi } from '../fixtures/model-api/server.ts';
import { isResult, startBareClaude, type BareClaude } from './bare-claude.ts';
import { bash, fail, hang, plan, say, write } from './directives.ts';
import { installClaude } from './install-claude.ts';
import { claudeEnv, isolatedFolder } from './isolated.ts';

const binary = await installClaude();

interface Setup {
  claude: BareClaude;
  api: ModelApi;
  cwd: string;
}

const setUp = async (t: Test): Promise<Setup> => {
  const api = await startModelApi();
  t.teardown(() => api.close());
  const folder = await isolatedFolder(t);
  const cwd = join(folder, 'project');
  await mkdir(cwd);
  return { api, cwd, claude: startBareClaude(t, binary, cwd, await claudeEnv(folder, api.url)) };
};

const untilFile = 'until [ -e go ]; do sleep 0.05; done';

void t.test('the real claude carries out a plan with real tools', async (t) => {
  const { claude, cwd } = await setUp(t);
  claude.send(
    plan(
      'You are a careful agent. Do: nothing on this line, it is no directive.',
      write('sub/hello.txt', 'written by Write\n'),
      bash('echo "id-$(cat sub/hello.txt | wc -c) trailing words"', { as: 'made' }),
      bash('printf "%s" "got {{made.first-field}}" > got.txt'),
      say('the id was {{made.first-field}}'),
    ),
  );
  const result = await claude.until(isResult);
  t.match(result, { is_error: false, subtype: 'success', result: 'the id was id-17' });
  t.match(result['usage'], { input_tokens: 400, output_tokens: 40 }, 'four answers at 100 and 10 tokens');
  t.equal(await readFile(join(cwd, 'sub/hello.txt'), 'utf8'), 'written by Write\n');
  t.equal(await readFile(join(cwd, 'got.txt'), 'utf8'), 'got id-17');
  t.equal(await claude.finish(), 0);
});

void t.test('a message in mid-turn is carried out in the same turn, before the rest', async (t) => {
  const { claude, cwd } = await setUp(t);
  claude.send(plan(bash(untilFile), bash('cat between.txt > after.txt'), say('one turn')));
  await claude.until((line) => JSON.stringify(line).includes('tool_use'));
  const uuid = randomUUID();
  claude.send(bash('echo between > between.txt'), uuid);
  await claude.until((line) => line['type'] === 'command_lifecycle' && line['state'] === 'queued' && line['command_uuid'] === uuid);
  await writeFile(join(cwd, 'go'), '');
  t.match(await claude.until(isResult), { is_error: false, result: 'one turn' });
  t.equal(await readFile(join(cwd, 'after.txt'), 'utf8'), 'between\n');
  t.equal(await claude.finish(), 0);
  t.equal(claude.lines.filter(isResult).length, 1);
});

void t.test('work in the background is reported in a turn of its own', async (t) => {
  const { claude, cwd } = await setUp(t);
  claude.send(plan(bash(untilFile, { background: true }), say('started'), bash('touch noticed'), say('noticed')));
  t.match(await claude.until(isResult), { result: 'started' });
  await writeFile(join(cwd, 'go'), '');
  t.match(await claude.until((line) => isResult(line) && line['result_index'] === 1), { result: 'noticed', is_error: false });
  await access(join(cwd, 'noticed'));
  t.equal(await claude.finish(), 0);
});

void t.test('a failing API ends the turn with an error', async (t) => {
  const { claude } = await setUp(t);
  claude.send(fail(401));
  t.match(await claude.until(isResult), { is_error: true, api_error_status: 401, terminal_reason: 'api_error' });
  t.equal(await claude.finish(), 1);
});

void t.test('a mistake in a directive comes back as an error that names it', async (t) => {
  const { claude } = await setUp(t);
  claude.send(plan(bash('echo "{{nobody.first-field}}"')));
  t.match(await claude.until(isResult), { is_error: true, api_error_status: 400, result: /No call before this one is named nobody/ });
  t.equal(await claude.finish(), 1);
});

void t.test('an API that hangs can be given up, and the next message starts afresh', async (t) => {
  const { claude, api } = await setUp(t);
  const asked = new Promise<Asked>((resolve) => api.events.once('asked', resolve));
  claude.send(plan(hang, bash('touch never')));
  t.match((await asked).step, { kind: 'hang' });
  claude.interrupt();
  t.match(await claude.until(isResult), { subtype: 'error_during_execution' });
  claude.send(say('afresh'));
  t.match(await claude.until((line) => isResult(line) && line['result_index'] === 1), { result: 'afresh', is_error: false });
  t.equal(await claude.finish(), 0);
});

void t.test('one server serves several agents at once and mixes nothing up', async (t) => {
  const first = await setUp(t);
  const folder = await isolatedFolder(t);
  const second = startBareClaude(t, binary, folder, await claudeEnv(folder, first.api.url));
  first.claude.send(plan(write('name.txt', 'first'), say('I am first')));
  second.send(plan(write('name.txt', 'second'), say('I am second')));
  t.match(await first.claude.until(isResult), { result: 'I am first' });
  t.match(await second.until(isResult), { result: 'I am second' });
  t.equal(await readFile(join(first.cwd, 'name.txt'), 'utf8'), 'first');
  t.equal(await readFile(join(folder, 'name.txt'), 'utf8'), 'second');
  t.same([await first.claude.finish(), await second.finish()], [0, 0]);
});
