import { callAt, send } from './call.ts';
import {
  abortMerge,
  checkMerge,
  createTask,
  deleteTask,
  getFollowTaskUrl,
  getTask,
  listBranches,
  readOutput,
  startMerge,
  startTask,
  waitForTask,
  type Event,
} from './generated/orval.ts';
import { eventsOf } from './read-events.ts';
import { takeTourWith } from './tour.ts';

const failed = (answer: { status: number; data: unknown }): Error => new Error(`${answer.status}: ${JSON.stringify(answer.data)}`);

await takeTourWith((baseUrl, token) => {
  callAt(baseUrl, token);
  return {
    create: async (body) => {
      const answer = await createTask(body);
      if (answer.status !== 201) throw failed(answer);
      return answer.data;
    },
    start: async (taskId) => {
      const answer = await startTask(taskId, {});
      if (answer.status !== 202) throw failed(answer);
      return answer.data;
    },
    // As a text the stream would be there when it has ended: its address is what helps.
    follow: async function* (taskId) {
      const { body } = await send(getFollowTaskUrl(taskId));
      if (!body) throw new Error('no stream');
      yield* eventsOf<Event>(body);
    },
    output: async (taskId) => {
      const answer = await readOutput(taskId);
      if (answer.status !== 200) throw failed(answer);
      return answer.data;
    },
    wait: async (taskId) => {
      const answer = await waitForTask(taskId, { until: 'end', timeout: 60 });
      if (answer.status !== 200) throw failed(answer);
      return answer.data;
    },
    branches: async (taskId) => {
      const answer = await listBranches(taskId);
      if (answer.status !== 200) throw failed(answer);
      return answer.data;
    },
    merge: async (taskId, subtaskId) => {
      const answer = await startMerge(taskId, { subtaskId });
      if (answer.status !== 200) throw failed(answer);
      return answer.data;
    },
    check: async (taskId) => {
      const answer = await checkMerge(taskId);
      if (answer.status !== 200) throw failed(answer);
      return answer.data;
    },
    codeOfReading: async (taskId) => {
      const answer = await getTask(taskId);
      return answer.status === 200 || answer.status === 304 ? null : answer.data.code;
    },
    codeOfMerging: async (taskId, subtaskId) => {
      const answer = await startMerge(taskId, { subtaskId });
      return answer.status === 200 ? null : answer.data.code;
    },
    abort: async (taskId) => {
      const answer = await abortMerge(taskId);
      if (answer.status !== 200) throw failed(answer);
      return answer.data;
    },
    remove: async (taskId) => {
      const answer = await deleteTask(taskId);
      if (answer.status !== 204) throw failed(answer);
    },
  };
});
