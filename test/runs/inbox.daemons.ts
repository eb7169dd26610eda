/** What an orchestrator's agent is told of subtasks, where the daemon dies while it tells. */
import { join } from 'node:path';
import t from 'tap';
import { spawnDaemon } from '../support/daemon-process.ts';
import { lineOf, scratch, startDaemon, write } from '../support/daemon.ts';

t.setTimeout(300_000);

/** From the end of the subtask to the agent's having been told of it. */
const steps = ['task settled', 'inbox composed', 'inbox put', 'message handed', 'message accepted', 'message written'];

void t.test('it is told once, wherever the daemon dies between the end of a subtask and the telling', async (t) => {
  for (const dieAt of steps) {
    const [home, gates] = [scratch(t), scratch(t)];
    const dying = await spawnDaemon(t, home, 'by-task-name', {}, dieAt);
    const make = async (task: Record<string, unknown>) => (await dying.call('POST', '/tasks', task)).body;
    const { id } = await make({ name: 'echo-messages', plan: 'p', isOrchestrator: true });
    const plan = `RUN: while [ ! -e '${join(gates, 'parts')}' ]; do sleep 0.05; done`;
    const part = await make({ name: 'runs-plan', plan, parentTaskId: id, start: true });
    await dying.call('POST', `/tasks/${id}/start`);
    for await (const event of dying.follow(id)) if (lineOf(event, 'system')?.includes('it will be told when its 1 active') === true) break;
    write(gates, { parts: '' });
    await dying.gone;
    const daemon = await startDaemon(t, 'by-task-name', { MAKIMA_HOME: home });
    const task = await daemon.ended(id);
    t.equal(task.status, 'done', `${dieAt}: ${task.errorMessage}`);
    const heard = (await daemon.said(id)).filter((text) => text.startsWith('You said: Your subtasks have ended'));
    t.equal(heard.length, 1, `${dieAt}: the agent has heard it once`);
    t.match(heard[0], `- ${part.id} done runs-plan`);
    t.equal((await daemon.lines(id, 'stdin')).filter((line) => line.startsWith('Your subtasks')).length, 1, `${dieAt}: and its log has it`);
    await daemon.close();
  }
});
