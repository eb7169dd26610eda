/** An approval whose daemon is killed at one of its steps, and the next daemon that brings it to its end. */
import type { Test } from 'tap';
import type { Approval } from '../../schemas/approval.ts';
import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { spawnDaemon, type DaemonProcess } from './daemon-process.ts';

/** The steps of an approval in their order; the first three come before anybody can decide. */
export const steps = [
  'approval asked',
  'approval stored',
  'approval blocks',
  'approval decided',
  'approval goes on',
  'answer accepted',
] as const;

const untilAsked = async (daemon: DaemonProcess, taskId: string): Promise<void> => {
  for await (const event of daemon.follow(taskId)) if (event.type === 'approval' && event.status === 'pending') return;
  throw new Error('the stream ended before anything was asked');
};
const decide = async (daemon: DaemonProcess, taskId: string, decision: object): Promise<number> => {
  const [approval] = (await daemon.call<Approval[]>('GET', `/tasks/${taskId}/approvals?status=pending`)).body;
  return (await daemon.call('POST', `/tasks/${taskId}/approvals/${approval?.id}`, decision)).status;
};

export interface Outcome {
  task: Task;
  events: TaskEvent[];
  approvals: Approval[];
}

/**
 * @param agent - as spawnDaemon takes it
 * @param task - that asks once
 * @param dieAt - the step
 */
export const killedAt = async (
  t: Test,
  home: string,
  agent: string,
  env: Record<string, string>,
  task: object,
  decision: object,
  dieAt: (typeof steps)[number],
): Promise<Outcome> => {
  const killed = await spawnDaemon(t, home, agent, env, dieAt);
  const { body } = await killed.call('POST', '/tasks', { name: 'Asks', start: true, ...task });
  const isBefore = steps.indexOf(dieAt) < 3;
  if (!isBefore) {
    await untilAsked(killed, body.id);
    // It may be killed before it answers.
    await decide(killed, body.id, decision).catch(() => null);
  }
  await killed.gone;
  const next = await spawnDaemon(t, home, agent, env);
  if (isBefore) {
    await untilAsked(next, body.id);
    t.equal(await decide(next, body.id, decision), 200);
  }
  const events: TaskEvent[] = [];
  for await (const event of next.follow(body.id)) events.push(event);
  const outcome = {
    task: (await next.call('GET', `/tasks/${body.id}`)).body,
    events,
    approvals: (await next.call<Approval[]>('GET', `/tasks/${body.id}/approvals`)).body,
  };
  await next.kill('SIGKILL');
  return outcome;
};
