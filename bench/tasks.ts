/** Many tasks on record, without an hour of requests: made by the package's own tables, in one transaction. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A plan of a page. */
export const plan = 'Read what is there, change what has to be changed, and say what was done. '.repeat(27).slice(0, 2000);

/**
 * Repeats the one task that a daemon has made on this home. It has stopped.
 * @param count - how many there are then
 */
export const repeatTask = (home: string, count: number): void => {
  const database = new DatabaseSync(join(home, 'state.sqlite'));
  try {
    const [first] = database.prepare('select * from tasks').all();
    if (first === undefined) throw new Error('there is no task to repeat');
    const { seq: _seq, ...task } = first;
    const names = Object.keys(task);
    const insert = database.prepare(`insert into tasks (${names.join(', ')}) values (${names.map((name) => `:${name}`).join(', ')})`);
    database.exec('begin');
    for (let n = 1; n < count; n += 1) insert.run({ ...task, id: randomUUID(), name: `task ${n}` });
    database.exec('commit');
  } finally {
    database.close();
  }
};
