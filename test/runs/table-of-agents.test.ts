/** Tasks on agents of the table: which they may have, what they inherit, what those are started with, and what is said where one is not there. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Info } from '../../schemas/info.ts';
import { agentPath, scratch, startDaemon, type Refusal } from '../support/daemon.ts';

void t.test('tasks on agents of the table', async (t) => {
  const directory = scratch(t);
  const own = join(directory, 'own');
  const started = join(directory, 'started');
  writeFileSync(
    own,
    `#!/bin/sh\n[ "$1" = --version ] && exec echo 7.8.9\necho "$OF_ALL $OWN $*" >> '${started}'\nexec '${agentPath('says-a-line')}' "$@"\n`,
  );
  chmodSync(own, 0o755);
  const late = join(directory, 'late');
  const daemon = await startDaemon(t, 'cheap', {
    MAKIMA_AGENT_ENV: '{"OF_ALL":"1","OWN":"of all"}',
    MAKIMA_AGENTS: JSON.stringify({
      own: { command: own, args: ['--own'], env: { OWN: 'its own' }, protocol: 'claude' },
      late: { command: late, protocol: 'claude' },
      goose: { command: '/no/goose' },
    }),
  });

  await t.test('a task has the agent that it names, with its own arguments and environment', async (t) => {
    const task = await daemon.ended((await daemon.start({ agent: 'own' })).id);
    t.match(task, { agent: 'own', status: 'done' });
    t.strictSame(await daemon.said(task.id), ['Hello from the scripted agent.']);
    t.match(readFileSync(started, 'utf8'), /^1 its own .*--own\n$/);
    t.match(await daemon.lines(task.id, 'system'), [/^\[makima\] Agent: own 7\.8\.9|^Agent: own 7\.8\.9/]);
  });

  await t.test('a subtask has that of its parent, and of model and effort what means something to it', async (t) => {
    const parent = await daemon.make({ agent: 'own', isOrchestrator: true, model: 'm', effort: 'e' });
    t.match(await daemon.make({ parentTaskId: parent.id }), { agent: 'own', model: 'm', effort: 'e' });
    t.match(await daemon.make({ parentTaskId: parent.id, agent: 'claude' }), { agent: 'claude', model: null, effort: null });
    t.match(await daemon.make({}), { agent: 'claude' });
  });

  await t.test('one that there is not is refused with those that there are', async (t) => {
    for (const agent of ['nobody', '__proto__', 'Own']) {
      const { status, body } = await daemon.call<Refusal>('POST', '/tasks', { name: 'n', plan: 'p', agent });
      t.match({ status, code: body.code }, { status: 400, code: 'INVALID_AGENT' });
      t.match(body.message, /only claude, codex, gemini, .*own, late/);
    }
  });

  await t.test('one that is not installed is told when it is started, and found when it has come', async (t) => {
    const task = await daemon.ended((await daemon.start({ agent: 'late' })).id);
    t.match(task, { status: 'failed', overlayPath: null });
    t.match(task.errorMessage, /late is no program that can be run.*Install it, or correct its command in MAKIMA_AGENTS/);
    writeFileSync(late, `#!/bin/sh\nexec '${agentPath('says-a-line')}' "$@"\n`);
    chmodSync(late, 0o755);
    t.equal((await daemon.call('POST', `/tasks/${task.id}/start`)).status, 202);
    t.match(await daemon.ended(task.id), { status: 'done', errorMessage: null });
  });

  await t.test('each is listed with what it says of itself and what keeps it from working, for a tool key too', async (t) => {
    const { body } = await daemon.call<Info['agents']>('GET', '/agents');
    t.strictSame((await daemon.call<Info>('GET', '/info')).body.agents, body);
    const of = (name: string) => body.find((agent) => agent.name === name);
    t.match(of('claude'), { protocol: 'claude', isDefault: true, problem: null });
    t.match(of('own'), { command: own, path: own, version: '7.8.9', protocol: 'claude', isDefault: false, problem: null });
    t.match(of('goose'), { command: '/no/goose', path: null, version: null, protocol: 'acp', problem: /no program that can be run/ });
    const task = await daemon.make({});
    const { key } = (await daemon.call<{ key: string }>('POST', `/tasks/${task.id}/tool-keys`, {})).body;
    t.strictSame((await daemon.callWith<Info['agents']>(key, 'GET', '/agents')).body, body);
    t.equal((await daemon.callWith(key, 'GET', '/info')).status, 403);
    t.match(await daemon.text('/agents'), /^own\t7\.8\.9\tready$/m);
  });
});
