/** A daemon that is killed at each step of an approval: the agent has its answer, and has it once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { scratch } from '../support/daemon.ts';
import { killedAt, steps } from '../support/killed-approval.ts';

// Each case starts two daemons, which share the machine with other tests.
t.setTimeout(600_000);

for (const step of steps)
  void t.test(`killed at: ${step}`, async (t) => {
    const [home, notes] = [scratch(t), scratch(t)];
    const env = { MAKIMA_ENABLE_PERMISSIONS: 'true', MAKIMA_AGENT_ENV: JSON.stringify({ AGENT_NOTES: notes }) };
    const plan = `ASK: ${JSON.stringify({ tool: 'Bash', input: { command: 'one' } })}`;
    const { task, events, approvals } = await killedAt(t, home, 'asks-as-told', env, { plan }, { decision: 'allow' }, step);
    t.match(task, { status: 'done', waitsFor: null });
    t.match(approvals, [{ status: 'allowed', input: { command: 'one' } }]);
    t.equal(approvals.length, 1);
    t.same(
      events.flatMap((event) => (event.type === 'approval' ? [event.status] : [])),
      ['pending', 'allowed'],
    );
    const [file = ''] = readdirSync(notes);
    t.same(readFileSync(join(notes, file), 'utf8').match(/^answer .*$/gm), ['answer allow'], 'once');
  });
