import { client } from './generated/hey-api/client.gen';
import {
  abortMerge,
  checkMerge,
  createTask,
  deleteTask,
  followTask,
  getTask,
  listBranches,
  readOutput,
  startMerge,
  startTask,
  waitForTask,
} from './generated/hey-api/sdk.gen';
import { takeTourWith } from './tour.ts';

await takeTourWith((baseUrl, token) => {
  client.setConfig({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
  const at = (taskId: string) => ({ path: { taskId } });
  const thrown = { throwOnError: true } as const;
  return {
    create: async (body) => (await createTask({ body, ...thrown })).data,
    start: async (taskId) => (await startTask({ ...at(taskId), ...thrown })).data,
    follow: async function* (taskId) {
      const { stream } = await followTask(at(taskId));
      for await (const event of stream) {
        // What is of no task: the end of a snapshot, which the stream of all tasks alone has, and a gap, after which a stream ends.
        if (event.type === 'snapshot' || event.type === 'gap') continue;
        yield event;
        if (event.type === 'end') return;
      }
    },
    output: async (taskId) => (await readOutput({ ...at(taskId), ...thrown })).data,
    wait: async (taskId) => (await waitForTask({ ...at(taskId), query: { until: 'end', timeout: 60 }, ...thrown })).data,
    branches: async (taskId) => (await listBranches({ ...at(taskId), ...thrown })).data,
    merge: async (taskId, subtaskId) => (await startMerge({ ...at(taskId), body: { subtaskId }, ...thrown })).data,
    check: async (taskId) => (await checkMerge({ ...at(taskId), ...thrown })).data,
    codeOfReading: async (taskId) => (await getTask(at(taskId))).error?.code ?? null,
    codeOfMerging: async (taskId, subtaskId) => (await startMerge({ ...at(taskId), body: { subtaskId } })).error?.code ?? null,
    abort: async (taskId) => (await abortMerge({ ...at(taskId), ...thrown })).data,
    remove: async (taskId) => {
      await deleteTask({ ...at(taskId), ...thrown });
    },
  };
});
