/** What a run asks of the real claude, and what claude asks back: each as the driver has it. */
import { existsSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import type { TaskEvent } from '../../schemas/event.ts';
import type { AgentLaunch } from '../../src/agents/driver.ts';
import type { RunHook } from '../../src/runs/hooks/hook.ts';
import { startModelApi } from '../fixtures/model-api/server.ts';
import { answersWith } from '../support/answering-hook.ts';
import { startDaemon } from '../support/daemon.ts';
import { bash, fail, plan, say } from './directives.ts';
import { installClaude } from './install-claude.ts';
import { claudeEnv, isolatedFolder } from './isolated.ts';

const binary = await installClaude();

const initOf = (events: readonly TaskEvent[]): Record<string, unknown> | undefined =>
  events
    .flatMap((event) => (event.type === 'output' && event.jsonType === 'system' ? [JSON.parse(event.content)] : []))
    .findLast(({ subtype }) => subtype === 'init');

void t.test('claude asks over its streams, takes the answer, and goes on with its session in the next run', async (t) => {
  const api = await startModelApi();
  t.teardown(() => api.close());
  const folder = await isolatedFolder(t);
  const asked: IncomingHttpHeaders[] = [];
  const mcp = createServer((request, response) => {
    asked.push(request.headers);
    response.writeHead(404).end();
  });
  mcp.listen(0, '127.0.0.1');
  await once(mcp, 'listening');
  t.teardown(() => mcp.close());
  const address = mcp.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');

  const launch: Partial<AgentLaunch> = {
    permissions: 'ask',
    budget: { maxCostUsd: 5, maxTurns: 20 },
    mcp: { makima: { type: 'http', url: `http://127.0.0.1:${address.port}/mcp`, headers: { 'X-Key': '${THE_KEY}' } } },
  };
  const wishes: RunHook = {
    name: 'wishes',
    prepare: ({ task }) => Promise.resolve({ env: { THE_KEY: 'secret' }, launch: { ...launch, session: task.sessionId } }),
  };
  const given: { repeated: boolean }[] = [];
  const hooks = [wishes, answersWith({ decision: 'allow' }, undefined, (each) => given.push(each))];
  const settings = { MAKIMA_CLAUDE_COMMAND: binary, MAKIMA_AGENT_ENV: JSON.stringify(await claudeEnv(folder, api.url)) };
  const daemon = await startDaemon(t, 'says-a-line', settings, {}, { hooks });
  const { id } = await daemon.start({ model: 'sonnet', effort: 'low', plan: plan(bash('touch allowed.txt'), say('it was allowed')) });
  const first = await daemon.ended(id);
  t.equal(first.status, 'done', first.errorMessage ?? '');
  t.ok(existsSync(join(first.overlayPath ?? '', 'allowed.txt')));
  t.match(given, [{ repeated: false }]);
  t.match(initOf(await daemon.events(id)), {
    model: /sonnet/,
    permissionMode: 'default',
    mcp_servers: [{ name: 'makima' }],
    session_id: first.sessionId,
  });
  t.ok(
    asked.some((headers) => headers['x-key'] === 'secret'),
    'a value of the environment stands for its name in the settings',
  );

  await daemon.call('POST', `/tasks/${id}/start`);
  const second = await daemon.ended(id);
  t.equal(second.status, 'done', second.errorMessage ?? '');
  t.equal(second.sessionId, first.sessionId, 'the session is the same');
  t.equal(initOf(await daemon.events(id))?.['session_id'], first.sessionId);
});

void t.test('a model and an effort that claude does not know fail the task with its own words', async (t) => {
  const api = await startModelApi();
  t.teardown(() => api.close());
  const folder = await isolatedFolder(t);
  const settings = { MAKIMA_CLAUDE_COMMAND: binary, MAKIMA_AGENT_ENV: JSON.stringify(await claudeEnv(folder, api.url)) };
  const daemon = await startDaemon(t, 'says-a-line', settings);
  const [effort, model] = await Promise.all([
    daemon.start({ effort: 'enormous', plan: plan(say('never said')) }),
    daemon.start({ model: 'no-such-model', plan: plan(fail(404)) }),
  ]);
  t.match(await daemon.ended(effort.id), { status: 'failed', errorMessage: /Unknown --effort value 'enormous'.*low, medium, high/s });
  t.match(await daemon.ended(model.id), { status: 'failed', errorMessage: /no-such-model/ });
});
