/** Many tasks on record, without an hour of requests: made in the store's own tables, in one transaction, and as logs. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { field, startDaemon } from './daemon.ts';

/** A plan of a page. */
export const plan = 'Read what is there, change what has to be changed, and say what was done. '.repeat(27).slice(0, 2000);

/** @returns adds a row like one that is there, but for some values */
const repeater = (database: DatabaseSync, table: string): ((changed: Record<string, string>) => void) => {
  const [first] = database.prepare(`select * from ${table}`).all();
  if (first === undefined) throw new Error(`there is no row to repeat in ${table}`);
  const { seq: _seq, ...row } = first;
  const names = Object.keys(row);
  const insert = database.prepare(`insert into ${table} (${names.join(', ')}) values (${names.map((name) => `:${name}`).join(', ')})`);
  return (changed) => void insert.run({ ...row, ...changed });
};

/**
 * Makes a home with tasks that have run and were stopped, each with its run, its worktree's row and its log. No daemon is left on it.
 * @param count - how many
 */
export const makeTasks = async (home: string, count: number): Promise<void> => {
  const daemon = await startDaemon(home, 'waits');
  const task = await daemon.call('POST', '/tasks', { name: 'bench', plan, start: true });
  const first = field(task, 'id');
  const status = async (): Promise<string> => field(await daemon.call('GET', `/tasks/${first}`), 'status');
  while ((await status()) !== 'running') await delay(20);
  await daemon.call('POST', `/tasks/${first}/stop`, {});
  while ((await status()) !== 'interrupted') await delay(20);
  await daemon.stop();
  const log = (id: string): string => join(home, 'events', `${id}.log`);
  const lines = readFileSync(log(first), 'utf8');
  const database = new DatabaseSync(join(home, 'state.sqlite'));
  try {
    const [addTask, addRun, addWorktree] = ['tasks', 'runs', 'worktrees'].map((table) => repeater(database, table));
    database.exec('begin');
    for (let n = 1; n < count; n += 1) {
      const id = randomUUID();
      addTask?.({ id, name: `task ${n}` });
      addRun?.({ taskId: id, runId: randomUUID() });
      addWorktree?.({ taskId: id });
      writeFileSync(log(id), lines.replaceAll(first, id));
    }
    database.exec('commit');
  } finally {
    database.close();
  }
};
