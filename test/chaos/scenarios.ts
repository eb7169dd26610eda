/** What clients do while the daemon dies again and again, and what must have come of it. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Task } from '../../schemas/task.ts';
import { isActive, isTerminal } from '../../src/domain/status-machine.ts';
import { mergeTwo } from './merge-scenario.ts';
import { counted, counting, finish, make, nothingSeen, numbers, perhaps, taskOf, toTheEnd, untilLine, type Stage } from './stage.ts';
import { countedBy, followToEnd, notesOf, numbered, wordsOf } from './witness.ts';

const scenarios = {
  async count(stage) {
    const count = stage.dice.between(5, 30);
    const { id } = await counting(stage, count, stage.dice.between(0, 10));
    await finish(stage, id, nothingSeen(), { status: 'done', ...counted(count) });
    return id;
  },

  async again(stage) {
    const { id } = await counting(stage, 4, 0);
    const seen = nothingSeen();
    const first = await finish(stage, id, seen, { status: 'done', ...counted(4) });
    for (;;) {
      const started = await perhaps(stage.daemon.call('POST', `/tasks/${id}/start`));
      if (started?.status === 202) break;
      const now = await taskOf(stage, id);
      if (now.queuedAt !== first.queuedAt) break;
      if (started !== null) stage.wrong(`task ${id}: a start was refused: ${JSON.stringify(started.body)}`);
    }
    await finish(stage, id, seen, {
      status: 'done',
      starts: 2,
      ends: 2,
      lines: [...numbered(4), ...numbered(4)],
      counted: [...numbers(4), ...numbers(4)],
    });
    return id;
  },

  async depend(stage) {
    const first = await counting(stage, 8, 10);
    const next = await make(stage, {
      name: 'counts',
      plan: 'COUNT: 4 EVERY: 0',
      dependsOn: [first.id],
      start: stage.dice.between(0, 1) === 1,
    });
    // Whatever became of the daemon, it is to wait.
    while ((await taskOf(stage, next.id)).status === 'pending') await perhaps(stage.daemon.call('POST', `/tasks/${next.id}/start`));
    const done = await finish(stage, first.id, nothingSeen(), { status: 'done', ...counted(8) });
    const { startedAt } = await finish(stage, next.id, nothingSeen(), { status: 'done', ...counted(4) });
    if ((startedAt ?? '') < (done.completedAt ?? '?')) stage.wrong(`task ${next.id} began before task ${first.id} was done`);
    await remove(stage, first.id);
    return next.id;
  },

  async message(stage) {
    const { id } = await counting(stage, 25, 10);
    const seen = nothingSeen();
    const answers = new Map<string, number | null>();
    if (await untilLine(stage, id, seen, 'line 3 of 25')) {
      for (let number = 0; number < 3; number += 1) {
        const message = `COUNT: 1 ${randomUUID()}`;
        const answer = await perhaps(stage.daemon.call('POST', `/tasks/${id}/messages`, { body: { message } }));
        answers.set(message, answer?.status ?? null);
      }
    }
    const task = await toTheEnd(stage, id, seen, { status: 'done', ...counted(25) });
    const { messages } = notesOf(stage.notes, task);
    for (const [message, status] of answers) {
      const times = messages.filter((each) => each === message).length;
      const kept = status === 202 ? times === 1 : status === null ? times <= 1 : times === 0;
      if (!kept) stage.wrong(`task ${id}: a message that was answered with ${status ?? 'nothing'} reached the agent ${times} times`);
    }
    return id;
  },

  async stop(stage) {
    const { id } = await make(stage, { name: 'forever', plan: 'work on' });
    const seen = nothingSeen();
    const when = stage.dice.pick(['queued', 'initializing', 'starting', 'running', 'working'] as const);
    await followToEnd(
      stage.daemon,
      id,
      seen,
      (event) => (when === 'working' ? wordsOf([event]).length > 0 : event.type === 'status' && event.to === when) || event.type === 'end',
    );
    const { status, body } = await stage.daemon.call('POST', `/tasks/${id}/stop`, { body: {}, repeat: true });
    if (status !== 202 && status !== 200) stage.wrong(`task ${id}: a stop was refused: ${JSON.stringify(body)}`);
    await toTheEnd(stage, id, seen, { status: 'interrupted', starts: null, lines: null });
    if (notesOf(stage.notes, await taskOf(stage, id)).starts > 1) stage.wrong(`task ${id}: its agent was started twice`);
    return id;
  },

  async pause(stage) {
    const { id } = await counting(stage, 30, 10);
    const seen = nothingSeen();
    if (await untilLine(stage, id, seen, 'line 3 of 30')) {
      const paused = await perhaps(stage.daemon.call('POST', `/tasks/${id}/pause`));
      if (paused?.status === 200) {
        // An agent that had said all by then had nothing left to be paused.
        const atWork = countedBy(paused.body).length < 30;
        await pause(stage.dice.between(0, 300));
        const now = await taskOf(stage, id);
        if (atWork && now.status !== 'paused') stage.wrong(`task ${id}: it was paused and is ${now.status}`);
      }
      // Whatever became of it, it is to go on.
      while ((await taskOf(stage, id)).status === 'paused') await perhaps(stage.daemon.call('POST', `/tasks/${id}/resume`));
    }
    await toTheEnd(stage, id, seen, { status: 'done', ...counted(30) });
    return id;
  },

  async reportDone(stage) {
    const { id } = await counting(stage, 30, 10);
    const seen = nothingSeen();
    if (await untilLine(stage, id, seen, 'line 3 of 30')) {
      const { status, body } = await stage.daemon.call('PUT', `/tasks/${id}`, {
        body: { status: 'done', progressSummary: 'enough' },
        repeat: true,
      });
      if (status !== 200) stage.wrong(`task ${id}: done was refused: ${JSON.stringify(body)}`);
      const now = await taskOf(stage, id);
      if (now.status !== 'done' || now.progressSummary !== 'enough') stage.wrong(`task ${id}: it was done and is ${now.status}`);
    }
    await toTheEnd(stage, id, seen, { status: 'done', ...counted(30) });
    return id;
  },

  async orchestrate(stage) {
    // Daemon after daemon dies here, and on a slow machine that takes longer than the script waits by itself.
    const plan = `RUN: set -eu
export MAKIMA_RETRY_SECONDS=600
o=.makima/orchestrate.sh
a=$($o create counts 'COUNT: 8 EVERY: 5' --start | cut -f1)
$o wait "$a"
$o done 'all of it' --force`;
    const { id } = await make(stage, { name: 'runs-plan', isOrchestrator: true, plan });
    await finish(stage, id, nothingSeen(), { status: 'done', starts: 1, lines: null });
    const { body: subtasks } = await stage.daemon.call<Task[]>('GET', `/tasks/${id}/subtasks`);
    if (subtasks.length !== 1) stage.wrong(`task ${id}: ${subtasks.length} subtasks, and not 1`);
    for (const subtask of subtasks) await finish(stage, subtask.id, nothingSeen(), { status: 'done', ...counted(8) });
    return id;
  },

  merge: mergeTwo,
} as const satisfies Record<string, (stage: Stage) => Promise<string>>;

export type Kind = keyof typeof scenarios;

export const kinds = Object.keys(scenarios) as Kind[];

/** Plays one scenario, and deletes its task in the end as a rule. */
export const play = async (stage: Stage, kind: Kind): Promise<void> => {
  const id = await scenarios[kind](stage);
  stage.figures.tasks[kind] = (stage.figures.tasks[kind] ?? 0) + 1;
  if (stage.dice.between(0, 3) > 0) await remove(stage, id);
};

/** Deletes a task that has ended, with all below it. */
export const remove = async (stage: Stage, id: string): Promise<void> => {
  const task = await taskOf(stage, id);
  if (!isTerminal(task.status) || isActive(task.status)) stage.wrong(`task ${id}: it is to be deleted and is ${task.status}`);
  const { status, body } = await stage.daemon.call<unknown>('DELETE', `/tasks/${id}`, { repeat: true });
  if (status !== 204 && status !== 404) stage.wrong(`task ${id}: it cannot be deleted: ${JSON.stringify(body)}`);
  if ((await stage.daemon.call('GET', `/tasks/${id}`)).status !== 404) stage.wrong(`task ${id}: it was deleted and is there`);
  if (status === 204 && task.overlayPath !== null && existsSync(task.overlayPath)) stage.wrong(`task ${id}: its worktree is left`);
};
