import { existsSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openEventLog } from '../../src/events/event-log.ts';
import { notifyPerson } from '../../src/notify/notify.ts';
import { openMemoryStore } from '../store/samples.ts';
import { sampleTask } from '../support/sample-task.ts';
import { scratch, startDaemon, write } from '../support/daemon.ts';

/** A command that notes the event in its environment, a file an event; written whole by the rename. */
const noting = `#!/bin/sh
env | grep -a '^MAKIMA_' > "$NOTED/$MAKIMA_EVENT_ID.part"
printf 'args=%s\\n' "$*" >> "$NOTED/$MAKIMA_EVENT_ID.part"
mv "$NOTED/$MAKIMA_EVENT_ID.part" "$NOTED/$MAKIMA_EVENT_ID"
`;

const readNote = (path: string): Record<string, string> =>
  Object.fromEntries(
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** Resolves when the file is there. */
const appears = async (t: Test, directory: string, name: string): Promise<string> => {
  const path = join(directory, name);
  const seen = Promise.withResolvers<null>();
  const look = (): void => {
    if (existsSync(path)) seen.resolve(null);
  };
  const watcher = watch(directory, look);
  t.teardown(() => watcher.close());
  look();
  await seen.promise;
  watcher.close();
  return path;
};

void t.test('a person is told how what they asked for ended, with values that no shell reads', async (t) => {
  const directory = scratch(t);
  write(directory, { 'note it': noting });
  process.env['NOTED'] = directory;
  t.teardown(() => Reflect.deleteProperty(process.env, 'NOTED'));
  const daemon = await startDaemon(t, 'says-a-line', { MAKIMA_NOTIFY: JSON.stringify([join(directory, 'note it'), 'a b', '$HOME']) });
  const name = '$(touch /tmp/never); `id` "quoted" \'single\'\nnext line';
  const parent = await daemon.make({ isOrchestrator: true });
  const child = await daemon.start({ parentTaskId: parent.id });
  await daemon.ended(child.id);
  const task = await daemon.start({ name });
  const end = (await daemon.events(task.id)).at(-1);
  const note = readNote(await appears(t, directory, String(end?.id)));
  const { branch } = await daemon.ended(task.id);
  t.match(note, {
    MAKIMA_EVENT_TYPE: 'end',
    MAKIMA_TASK_ID: task.id,
    MAKIMA_TASK_NAME: name.replace('\n', ' '),
    MAKIMA_TASK_STATUS: 'done',
    MAKIMA_TASK_BRANCH: branch,
    MAKIMA_MESSAGE: `${JSON.stringify(name)} is done`,
    args: 'a b $HOME',
  });
  t.notOk(
    Object.keys(note).some((variable) => variable.startsWith('MAKIMA_NOTIFY')),
    'none of the settings',
  );
  const ofChild = (await daemon.events(child.id)).at(-1);
  t.notOk(existsSync(join(directory, String(ofChild?.id))), 'how a subtask ends is for its orchestrator');
  const dear = await daemon.start({ name: 'Dear', parentTaskId: parent.id, budget: { maxTurns: 1 } });
  const told = (await daemon.events(dear.id)).find((event) => event.type === 'budget');
  t.match(readNote(await appears(t, directory, String(told?.id))), {
    MAKIMA_EVENT_TYPE: 'budget',
    MAKIMA_MESSAGE: '"Dear": its budget has reached 80 %: 1 of 1 turns (100 %)',
  });
  const agentSees = (await daemon.lines(task.id, 'stdout')).join('\n');
  t.notMatch(agentSees, /MAKIMA_EVENT/);
});

void t.test('a person is told what an agent asks, a subtask’s too, and not what became of it', async (t) => {
  const directory = scratch(t);
  write(directory, { 'note it': noting });
  process.env['NOTED'] = directory;
  t.teardown(() => Reflect.deleteProperty(process.env, 'NOTED'));
  const settings = { MAKIMA_NOTIFY: JSON.stringify([join(directory, 'note it')]), MAKIMA_ENABLE_PERMISSIONS: 'true' };
  const daemon = await startDaemon(t, 'asks', settings);
  const parent = await daemon.make({ isOrchestrator: true });
  const { id } = await daemon.start({ name: 'Asks', parentTaskId: parent.id });
  const asked = (await daemon.until(id, ({ type }) => type === 'approval')).at(-1);
  t.match(readNote(await appears(t, directory, String(asked?.id))), {
    MAKIMA_EVENT_TYPE: 'approval',
    MAKIMA_TASK_ID: id,
    MAKIMA_MESSAGE: '"Asks" asks for Bash: touch asked.txt',
  });
  await daemon.stopped(id);
  const withdrawn = (await daemon.events(id)).findLast(({ type }) => type === 'approval');
  const task = await daemon.start({ name: 'Next' });
  const next = (await daemon.until(task.id, ({ type }) => type === 'approval')).at(-1);
  await appears(t, directory, String(next?.id));
  t.notOk(existsSync(join(directory, String(withdrawn?.id))));
});

void t.test('a command that fails is said once until it works again, and one that runs on is ended with the daemon', async (t) => {
  const directory = scratch(t);
  write(directory, {
    tell: '#!/bin/sh\ntest -e "$0.ok" || exit 3\nyes | head -c 1000000\ntouch "$(dirname "$0")/told-$MAKIMA_EVENT_ID"\ntest -e "$0.on" && exec sleep 1000\nexit 0\n',
  });
  const store = await openMemoryStore();
  const log = openEventLog({ directory: join(directory, 'events'), now: () => new Date() });
  const { task } = await store.createTask(sampleTask({ status: 'done' }));
  const said: string[] = [];
  let heard = Promise.withResolvers<null>();
  const end = notifyPerson({
    types: ['end', 'completion', 'approval', 'budget', 'limit'],
    store,
    log,
    command: [join(directory, 'tell')],
    home: directory,
    inheritedEnv: { PATH: process.env['PATH'] ?? '' },
    now: () => new Date(),
    report: (what, error) => {
      said.push(`${what}: ${error instanceof Error ? error.message : ''}`);
      heard.resolve(null);
    },
  });
  const happens = (): number => log.append(task.id, [{ type: 'end', status: 'done' }])?.firstId ?? 0;
  happens();
  await heard.promise;
  happens();
  write(directory, { 'tell.ok': '' });
  await appears(t, directory, `told-${happens()}`);
  t.match(said, [/MAKIMA_NOTIFY: .*status 3/]);
  t.equal(said.length, 1);
  heard = Promise.withResolvers<null>();
  rmSync(join(directory, 'tell.ok'));
  happens();
  await heard.promise;
  t.equal(said.length, 2, 'it had worked in between');
  write(directory, { 'tell.ok': '', 'tell.on': '' });
  await appears(t, directory, `told-${happens()}`);
  await end();
  t.equal(said.length, 2, 'that it was ended is no failure of its own');
  log.close();
  await store.close();
});
