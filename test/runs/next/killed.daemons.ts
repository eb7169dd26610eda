/** A task of an agent that works one turn a process, where the daemon dies between two of its runs. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { spawnDaemon } from '../../support/daemon-process.ts';
import { lineOf, scratch, startDaemon, write } from '../../support/daemon.ts';
import { oneTurnAgent } from '../../support/one-turn.ts';

t.setTimeout(300_000);

/** From the word of somebody's to the next run's first line. */
const steps = ['messages settled', 'going on stored', 'task settled', 'plan stored', 'agent launched', 'running stored'];

/** What the agent noted of its life, in all its processes. */
const noted = (notes: string): string[] =>
  readdirSync(notes).flatMap((file) => readFileSync(join(notes, file), 'utf8').trimEnd().split('\n'));

void t.test('it goes on once, wherever the daemon dies', async (t) => {
  for (const dieAt of steps) {
    const [home, gates, notes] = [scratch(t), scratch(t), scratch(t)];
    const settings = { ...oneTurnAgent(), MAKIMA_AGENT_ENV: JSON.stringify({ AGENT_NOTES: notes }) };
    const plan = `TEXT: begins\nWAIT: ${join(gates, 'go')}\nTEXT: ends`;
    // The points of the first run are passed by a daemon that is not to die yet.
    const first = await spawnDaemon(t, home, 'says-a-line', settings);
    const { id } = (await first.call('POST', '/tasks', { name: 'one-turn', plan, agent: 'one-turn', start: true })).body;
    for await (const event of first.follow(id)) if (lineOf(event, 'stdout')?.includes('begins') === true) break;
    await first.kill('SIGKILL');
    const dying = await spawnDaemon(t, home, 'says-a-line', settings, dieAt);
    const said: string[] = [];
    for (const message of ['second', 'third']) {
      const { status, body } = await dying.call<{ id: string }>('POST', `/tasks/${id}/messages`, { message });
      t.equal(status, 202, `${dieAt}: ${JSON.stringify(body)}`);
      said.push(body.id);
    }
    write(gates, { go: '' });
    await dying.gone;
    const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home, ...settings });
    const task = await daemon.ended(id);
    t.match(task, { status: 'done', usage: { turns: 3, inputTokens: 24, outputTokens: 15 } }, `${dieAt}: ${task.errorMessage}`);
    t.strictSame(
      noted(notes).map((line) => line.replace(/^start \S+/, 'start').replace(/^message "(?:.*\\n)?/s, 'message "')),
      ['start', 'message "TEXT: ends"', 'start resume', 'message "second"', 'start resume', 'message "third"'],
      `${dieAt}: each once and in order`,
    );
    const events = await daemon.events(id);
    t.equal(events.filter(({ type }) => type === 'end').length, 1, `${dieAt}: one end`);
    t.strictSame(
      events.flatMap((event) => (event.type === 'message' && event.action === 'delivered' ? [said.indexOf(event.messageId)] : [])),
      [0, 1],
    );
    // A start that is done again hands over again, and says so.
    t.strictSame([...new Set(await daemon.lines(id, 'stdin'))], ['second', 'third'], dieAt);
    await daemon.close();
  }
});

void t.test('an orchestrator at rest is told once, wherever the daemon dies', async (t) => {
  for (const dieAt of ['going on stored', 'inbox put', 'run begun']) {
    const [home, gates, notes] = [scratch(t), scratch(t), scratch(t)];
    const settings = { ...oneTurnAgent(), MAKIMA_AGENT_ENV: JSON.stringify({ AGENT_NOTES: notes }) };
    const part = JSON.stringify({
      tool: 'Bash',
      input: { command: `.makima/orchestrate.sh create part "WAIT: ${join(gates, 'part')}" --start` },
    });
    const plan = [`TEXT: begins`, `WAIT: ${join(gates, 'go')}`, `DO: ${part}`, 'SAY: rests', 'TEXT: all in', 'SAY: through'].join('\n');
    const first = await spawnDaemon(t, home, 'says-a-line', settings);
    const { id } = (await first.call('POST', '/tasks', { name: 'lead', plan, agent: 'one-turn', isOrchestrator: true, start: true })).body;
    for await (const event of first.follow(id)) if (lineOf(event, 'stdout')?.includes('begins') === true) break;
    await first.kill('SIGKILL');
    // The subtask's start passes the points of a start.
    const dying = await spawnDaemon(t, home, 'says-a-line', settings, dieAt);
    write(gates, { go: '', part: '' });
    await dying.gone;
    const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_HOME: home, ...settings });
    const task = await daemon.ended(id);
    t.match(task, { status: 'done', usage: { turns: 2 } }, `${dieAt}: ${task.errorMessage}`);
    t.equal((await daemon.lines(id, 'stdin')).filter((line) => line.startsWith('Your subtasks have ended')).length, 1, dieAt);
    t.equal((await daemon.events(id)).filter(({ type }) => type === 'end').length, 1, `${dieAt}: one end`);
    await daemon.close();
  }
});
