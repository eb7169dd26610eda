/** The real claude at the limit of a subscription: its task is parked, and goes on by itself with the same session. */
import { join } from 'node:path';
import t from 'tap';
import { startDaemon } from './daemon.ts';
import { bash, limit, plan, say } from './directives.ts';
import { makeUserRepository } from './user-repository.ts';

void t.test('parked at the limit, gone on after it, one session', async (t) => {
  const daemon = await startDaemon(t, {
    agentEnv: { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-dummy' },
    settings: { MAKIMA_RESUME_AFTER_LIMIT: 'true' },
  });
  const sessions = new Set<string | null>();
  daemon.model.events.on('asked', ({ sessionId }) => sessions.add(sessionId));
  const repositoryUrl = join(daemon.folder, 'project');
  await makeUserRepository(repositoryUrl);
  const seconds = Math.ceil(Date.now() / 1000) + 10;
  const { id } = await daemon.startTask({
    name: 'limited',
    plan: plan(bash('echo one > one.txt'), limit(seconds), bash('echo two > two.txt'), say('All written.')),
    repositoryUrl,
  });
  const stream = await daemon.follow(t, `/tasks/${id}/events`);
  await stream.until((event) => event.type === 'limit' && event.action === 'parked');
  const parked = await daemon.task(id);
  t.match(parked, { status: 'queued', errorMessage: null, waitsFor: { kind: 'limit', until: new Date(seconds * 1000).toISOString() } });
  await stream.until((event) => event.type === 'end');
  t.match(await daemon.task(id), { status: 'done', sessionId: parked.sessionId });
  t.same([...sessions], [parked.sessionId]);
  t.match(await daemon.text(`/tasks/${id}/diff`), /one\.txt[^]*two\.txt/);
});
