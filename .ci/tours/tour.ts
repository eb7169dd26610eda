/**
 * A small tour of the API as a program takes it, over whatever client was generated: an orchestrator, its stream and its output, a subtask,
 * a merge, a conflict, and errors. What a client is asked for here is typed, so that its own types have to fit.
 */
import assert from 'node:assert/strict';

export interface TourTask {
  id: string;
  status: 'pending' | 'queued' | 'initializing' | 'starting' | 'running' | 'paused' | 'blocked' | 'done' | 'failed' | 'interrupted';
  warnings: { code: string; message: string }[];
}

/** What is sent: literals, as somebody writes them. */
export interface TourTaskRequest {
  name: string;
  plan: string;
  repositoryUrl?: string;
  isOrchestrator?: boolean;
  parentTaskId?: string;
}

export interface TourClient {
  create: (request: TourTaskRequest) => Promise<TourTask>;
  start: (taskId: string) => Promise<TourTask>;
  /** The events of a task, until it has ended. */
  follow: (taskId: string) => AsyncIterable<{ id: number; type: string; taskId: string }>;
  output: (taskId: string) => Promise<{ items: { content: string; stream: string }[]; nextCursor: string | null }>;
  wait: (taskId: string) => Promise<TourTask>;
  branches: (taskId: string) => Promise<{ taskId: string; isMerged: boolean }[]>;
  merge: (taskId: string, subtaskId: string) => Promise<{ success: boolean; commitSha: string }>;
  check: (taskId: string) => Promise<{ canComplete: boolean; mergedCount: number }>;
  /** The code of the answer, where the task is asked for. */
  codeOfReading: (taskId: string) => Promise<string | null>;
  /** The code of the answer, where the subtask is merged. */
  codeOfMerging: (taskId: string, subtaskId: string) => Promise<string | null>;
  abort: (taskId: string) => Promise<{ success: boolean }>;
  remove: (taskId: string) => Promise<void>;
}

const unknownTask = '00000000-0000-4000-8000-000000000000';

const takeTour = async (client: TourClient, repository: string): Promise<void> => {
  const top = await client.create({ name: 'Top', plan: 'RUN: echo top > top.txt', repositoryUrl: repository, isOrchestrator: true });
  assert.equal(top.status, 'pending');
  assert.equal((await client.start(top.id)).status, 'queued');
  const types: string[] = [];
  for await (const event of client.follow(top.id)) {
    assert.equal(event.taskId, top.id);
    assert.ok(event.id > 0);
    types.push(event.type);
  }
  assert.equal(types.at(-1), 'end');
  assert.ok(types.includes('output') && types.includes('status'), types.join());
  const { items, nextCursor } = await client.output(top.id);
  assert.ok(items.some(({ content, stream }) => stream === 'stdout' && content.includes('The plan ran.')));
  assert.equal(nextCursor, null);

  const subtask = async (name: string, content: string): Promise<string> => {
    const made = await client.create({ name, plan: `RUN: echo ${content} > shared.txt`, parentTaskId: top.id });
    await client.start(made.id);
    assert.equal((await client.wait(made.id)).status, 'done');
    return made.id;
  };
  const first = await subtask('First', 'one');
  const second = await subtask('Second', 'two');
  assert.deepEqual(
    (await client.branches(top.id)).map(({ isMerged }) => isMerged),
    [false, false],
  );
  const merged = await client.merge(top.id, first);
  assert.ok(merged.success && merged.commitSha.length === 40);
  assert.equal(await client.codeOfMerging(top.id, second), 'MERGE_CONFLICT');
  assert.ok((await client.abort(top.id)).success);
  const check = await client.check(top.id);
  assert.deepEqual([check.canComplete, check.mergedCount], [false, 1]);
  assert.equal(await client.codeOfReading(unknownTask), 'TASK_NOT_FOUND');
  await client.remove(top.id);
  assert.equal(await client.codeOfReading(first), 'TASK_NOT_FOUND');
};

/** Takes the tour at the address, with the token and on the repository that the program is given. */
export const takeTourWith = async (make: (baseUrl: string, token: string) => TourClient): Promise<void> => {
  const [, , baseUrl, token, repository] = process.argv;
  if (baseUrl === undefined || token === undefined || repository === undefined)
    throw new Error('Give the address, the token and a repository');
  await takeTour(make(baseUrl, token), repository);
};
