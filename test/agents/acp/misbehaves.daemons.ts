/** Agents that keep to nothing: whatever one does, its task ends with a reason, what it printed is in the log, and the daemon serves on. */
import t from 'tap';
import type { Task } from '../../../schemas/task.ts';
import { agentPath, plainly, startDaemon, type TestDaemon } from '../../support/daemon.ts';

/** By the name of the agent, its words. */
const kinds: Readonly<Record<string, string[]>> = {
  plain: [],
  'dies-greeted': ['dies-in=initialize'],
  'dies-beginning': ['dies-in=session/new'],
  'dies-prompted': ['dies-in=session/prompt'],
  silent: ['never-answers=session/new'],
  'silent-prompted': ['never-answers=session/prompt'],
  twice: ['answers-twice=session/prompt'],
  floods: ['floods-in=session/new'],
  babbles: ['babbles-in=initialize'],
  huge: ['huge-ids'],
  shut: ['auth-required'],
  newer: ['version=2'],
  newest: ['version=99'],
  heedless: ['ignores-cancel'],
  slow: ['slow=50'],
};

let shared: Promise<TestDaemon> | null = null;
const daemon = (): Promise<TestDaemon> => {
  const entry = (words: string[]) => {
    const [command, args] = plainly(agentPath('acp'), ...words);
    return { command, args, protocol: 'acp' };
  };
  const agents = Object.fromEntries(Object.entries(kinds).map(([name, words]) => [name, entry(words)]));
  const settings = { MAKIMA_AGENTS: JSON.stringify(agents), MAKIMA_MAX_CONCURRENT_TASKS: '20', MAKIMA_ENABLE_PERMISSIONS: 'true' };
  shared ??= startDaemon(t, 'none', settings, { interruptGraceMs: 300, terminateGraceMs: 300, startSilenceSeconds: 1, silenceSeconds: 1 });
  return shared;
};

const start = async (agent: string, plan = 'SAY: It works.'): Promise<Task> => (await daemon()).start({ name: agent, agent, plan });

void t.test('misbehaviours', async (t) => {
  t.jobs = 3;
  const on = await daemon();
  const ends = (agent: string, status: string, words: RegExp | null, plan?: string): void =>
    void t.test(`${agent}: ${plan ?? ''}`.slice(0, 80), async (t) => {
      const task = await on.ended((await start(agent, plan)).id);
      t.equal(task.status, status, task.errorMessage ?? agent);
      if (words === null) t.match(await on.text(`/tasks/${task.id}/output`), /It works\./);
      else t.match(task.errorMessage, words);
    });
  const stops = (agent: string, plan?: string): void =>
    void t.test(`${agent}, stopped: ${plan ?? ''}`, async (t) => {
      const { id } = await start(agent, plan);
      await on.until(id, (event) => event.type === 'silence');
      t.match(await on.stopped(id), { status: 'interrupted' });
    });

  ends('dies-greeted', 'failed', /It breaks in initialize/);
  ends('dies-beginning', 'failed', /It breaks in session\/new/);
  ends('dies-prompted', 'failed', /It breaks in session\/prompt/);
  ends('shut', 'failed', /not signed in/);
  ends('newer', 'failed', /version 2/);
  ends('newest', 'failed', /version 99/);
  ends('huge', 'failed', /session/);
  ends('twice', 'done', null);
  ends('floods', 'done', null);
  ends('babbles', 'done', null);
  ends('slow', 'done', null);
  stops('silent');
  stops('silent-prompted');
  stops('heedless', 'HANG');
  stops('plain', 'UNANSWERED:');

  const still = (what: string): void => ends('plain', 'done', null, `${what}\nSAY: It works.`);
  still('FLOOD: {"times":3000,"bytes":700}');
  still('FLOOD: {"times":3000,"message":{"method":"fs/read_text_file","params":{"path":"/etc/passwd"}}}');
  still('NEST: 10000');
  still('STRANGE: {"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"of another session"}}');
  still('UPDATE: {"sessionUpdate":"nobody_knows_it","content":17}');
  still('UPDATE: null');
  still('SEND: {"method":"session/update"}');
  still('SEND: {"id":"x","result":{"stopReason":"end_turn"}}');
  still('SEND: {"id":null,"method":"session/request_permission","params":null}');
  still('BYTES: ff00fe');
  still('TWICE:');
  still('RESPONSE: {"stopReason":17,"usage":"much","_meta":[]}');
  ends('plain', 'failed', /It fails/, 'FAIL: {"code":"odd","message":"It fails","data":{"deep":[]}}');
  ends('plain', 'failed', /SIGSEGV|139/, 'DIE: SIGSEGV');

  void t.test('what is not offered is refused, with the reason', async (t) => {
    const { id } = await start('plain', 'REQUEST: {"method":"terminal/create","params":{"command":"id"}}\nSAY: It works.');
    t.equal((await on.ended(id)).status, 'done');
    t.match(await on.text(`/tasks/${id}/output`), /Told: \{"error":\{"code":-32601/);
  });

  void t.test('what is asked when the turn has ended holds nobody up', async (t) => {
    const ask = { id: 'late', method: 'session/request_permission', params: { toolCall: { toolCallId: 'c', title: 'late' }, options: [] } };
    const { id } = await start('plain', `AFTER: ${JSON.stringify(ask)}\nSAY: It works.`);
    t.equal((await on.ended(id)).status, 'done');
  });
});
