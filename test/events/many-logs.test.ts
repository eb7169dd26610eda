import t from 'tap';
import { createHook } from 'node:async_hooks';
import { line, open, taskId } from './helpers.ts';

/** How often the file system is asked through the thread pool while this is done. */
const asked = async (work: () => Promise<void>): Promise<number> => {
  let requests = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'FSREQCALLBACK') requests += 1;
    },
  }).enable();
  await work();
  hook.disable();
  return requests;
};

void t.test('a reader of more logs than it holds open knows its place in each', async (t) => {
  const log = open(t.testdir());
  const tasks = Array.from({ length: 100 }, (_, n) => taskId(n));
  for (const task of tasks)
    log.append(
      task,
      Array.from({ length: 500 }, () => line('x'.repeat(500))),
    );
  const ending = new AbortController();
  const events = (await log.followAll({ after: null, types: null, visible: () => true, signal: ending.signal }))[Symbol.asyncIterator]();
  const round = async (content: string): Promise<void> => {
    for (const task of tasks) log.append(task, [line(content)]);
    for (const task of tasks) {
      const { value } = await events.next();
      t.same([value?.event.taskId, value?.event.content], [task, content]);
    }
  };
  await round('the first, for which the places are searched');
  // One look to learn whose turn it is, and one at the turn.
  for (const content of ['second', 'third']) t.ok((await asked(() => round(content))) <= 2 * tasks.length);
  ending.abort();
  await events.return?.();
  log.close();
});
