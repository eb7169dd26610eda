/**
 * A daemon that is killed twenty times, at moments that a seed picks, while an ACP agent counts, asks and is told further things, and an
 * orchestrator of the same kind has two others work: nothing of it is lost, nor said or heard twice. `CHAOS_SEED` repeats a run, as far as the
 * machine's own timing lets it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Approval } from '../../../schemas/approval.ts';
import type { TaskEvent } from '../../../schemas/event.ts';
import type { Task } from '../../../schemas/task.ts';
import { Unanswered, keepDaemon } from '../../chaos/kept-daemon.ts';
import { diceOf } from '../../chaos/seeded.ts';
import { followToEnd, notesOf, wrongWith, type Seen } from '../../chaos/witness.ts';
import { scratch } from '../../support/daemon.ts';
import { removeGroups } from '../../support/remove-groups.ts';
import { lines } from './agent-under-test.ts';
import { scriptedWords, withLoad } from './scripted.ts';
import { loggedLines } from './stage.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? 20_261_127);
const kills = 20;
t.comment(`CHAOS_SEED=${seed}`);

/** The texts of an ACP agent, in the order of its log. */
const textsOf = (events: readonly TaskEvent[]): string[] =>
  loggedLines(events).flatMap((line) => {
    const { params } = JSON.parse(line) as { params?: { update?: { sessionUpdate: string; content?: { text: string } } } };
    return params?.update?.sessionUpdate === 'agent_message_chunk' ? [params.update.content?.text ?? ''] : [];
  });

/** The numbers that it said of one count. */
const countedTo = (texts: readonly string[], count: number): number[] =>
  texts.flatMap((text) => Number(new RegExp(`^line (\\d+) of ${count}$`).exec(text)?.[1] ?? 0) || []);

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

void t.test('an ACP agent, and an orchestrator of such', { timeout: 1_200_000 }, async (t) => {
  const [home, notes] = [scratch(t), scratch(t)];
  const settings = await withLoad.settings(t, { asks: true });
  const daemon = keepDaemon(home, { ...settings, MAKIMA_AGENT_ENV: JSON.stringify({ AGENT_NOTES: notes }) });
  t.teardown(async () => {
    await daemon.kill();
    await removeGroups(home);
  });
  await daemon.start(null);
  const dice = diceOf(seed);
  /** Settles when so many more events were seen, of whichever task. */
  let awaited: { left: number; seen: () => void } = { left: Infinity, seen: () => undefined };
  const heard = (): void => {
    awaited.left -= 1;
    if (awaited.left <= 0) awaited.seen();
  };
  const more = (count: number): Promise<void> =>
    new Promise((resolve) => {
      awaited = { left: count, seen: resolve };
    });

  const make = async (task: Record<string, unknown>): Promise<Task> =>
    (await daemon.call('POST', '/tasks', { body: { agent: withLoad.agent, start: true, ...task } })).body;
  /** Lets all that a task asks, as a person does who reads its stream. */
  const allow = async (event: TaskEvent): Promise<void> => {
    if (event.type !== 'approval' || event.status !== 'pending') return;
    const path = `/tasks/${event.taskId}/approvals/${event.approvalId}`;
    const { status } = await daemon.call<Approval>('POST', path, { body: { decision: 'allow' }, repeat: true });
    // Where the connection broke it was decided the first time.
    t.ok(status === 200 || status === 409, `${status}`);
  };
  const follow = async (id: string, seen: Seen): Promise<void> => {
    const deciding: Promise<void>[] = [];
    await followToEnd(daemon, id, seen, (event) => {
      heard();
      deciding.push(allow(event));
      return event.type === 'end';
    });
    await Promise.all(deciding);
  };

  const ran = join(scratch(t), 'ran');
  const talker = await make({
    name: 'Talks',
    plan: lines(
      'COUNT: 101 EVERY: 40',
      scriptedWords.ask(`echo first >> '${ran}'`),
      'COUNT: 102 EVERY: 40',
      scriptedWords.ask(`echo second >> '${ran}'`),
    ),
  });
  const lead = await make({
    name: 'Leads',
    isOrchestrator: true,
    plan: `RUN: set -eu
export MAKIMA_RETRY_SECONDS=600
o=.makima/orchestrate.sh
a=$($o create one 'COUNT: 51 EVERY: 60' --start | cut -f1)
b=$($o create two 'COUNT: 52 EVERY: 60' --start | cut -f1)
$o wait "$a" "$b"
$o done 'both' --force`,
  });
  const told: Seen = { events: [], connections: 0 };
  const led: Seen = { events: [], connections: 0 };
  const over = { talker: false, lead: false };
  const followed = [follow(talker.id, told).then(() => (over.talker = true)), follow(lead.id, led).then(() => (over.lead = true))];

  const messages = [103, 104, 105];
  const sending = messages.slice();
  for (let killed = 0; killed < kills; killed += 1) {
    // Where nothing is left to be seen, the rest of the kills meet what is over.
    if (!over.talker || !over.lead) await Promise.race([more(dice.between(1, 25)), ...followed]);
    const next = sending[0];
    if (next !== undefined && killed % 3 === 2) {
      const body = { message: `COUNT: ${next} EVERY: 30` };
      await daemon.call('POST', `/tasks/${talker.id}/messages`, { body, headers: { 'idempotency-key': `message-${next}` } }).then(
        ({ status }) => t.equal(status, 202),
        (error: unknown) => t.ok(error instanceof Unanswered),
      );
      sending.shift();
    }
    await daemon.kill();
    await daemon.start(null);
  }
  await Promise.all(followed);

  const { body: subtasks } = await daemon.call<Task[]>('GET', `/tasks/${lead.id}/subtasks`);
  t.equal(subtasks.length, 2);
  const all = [talker, lead, ...subtasks];
  for (const { id } of all) {
    const seen: Seen = id === talker.id ? told : id === lead.id ? led : { events: [], connections: 0 };
    if (seen.events.length === 0) await follow(id, seen);
    const { body: task } = await daemon.call('GET', `/tasks/${id}`);
    t.strictSame(wrongWith(task, seen.events, { status: 'done', ends: 1 }), []);
    // A client that read it in pieces has read what one reads at once.
    const again: Seen = { events: [], connections: 0 };
    await followToEnd(daemon, id, again);
    t.strictSame(again.events, seen.events, task.name);
    const { starts, messages: heardByIt } = notesOf(notes, task);
    t.equal(starts, 1, 'its agent outlived them all');
    t.strictSame(heardByIt.length, new Set(heardByIt).size, 'no prompt twice');
  }
  const texts = textsOf(told.events);
  for (const count of [101, 102, ...messages]) t.strictSame(countedTo(texts, count), upTo(count), `to ${count}`);
  for (const [index, count] of [51, 52].entries()) {
    const seen: Seen = { events: [], connections: 0 };
    await followToEnd(daemon, subtasks[index]?.id ?? '', seen);
    t.strictSame(countedTo(textsOf(seen.events), count), upTo(count), `to ${count}`);
  }
  t.equal(readFileSync(ran, 'utf8'), 'first\nsecond\n', 'what was let was done once');
  const noted = readdirSync(notes).flatMap((name) => readFileSync(join(notes, name), 'utf8').split('\n'));
  t.strictSame(
    noted.filter((line) => /^(?:again|nobody asked|prompt in a turn|second session|no JSON)/.test(line)),
    [],
  );
  t.strictSame(
    noted.filter((line) => line.startsWith('answer ')),
    ['answer once', 'answer once'],
  );
});
