import createClient from 'openapi-fetch';
import type { components, paths } from './generated/openapi-typescript.ts';
import { eventsOf } from './read-events.ts';
import { takeTourWith } from './tour.ts';

type Failure = components['schemas']['Error'];

/** What was asked for; a failure with its code is thrown. */
const got = <T>({ data, error }: { data?: T | undefined; error?: Failure | undefined }): T => {
  if (error || data === undefined) throw new Error(`${String(error?.code)}: ${String(error?.message)}`);
  return data;
};

await takeTourWith((baseUrl, token) => {
  const client = createClient<paths, 'application/json'>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
  // What is no JSON is asked for by a client of its own.
  const events = createClient<paths, 'text/event-stream'>({
    baseUrl,
    headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' },
  });
  const at = (taskId: string) => ({ params: { path: { taskId } } });
  return {
    create: async (body) => got(await client.POST('/api/v1/mesh/tasks', { body })),
    start: async (taskId) => got(await client.POST('/api/v1/mesh/tasks/{taskId}/start', at(taskId))),
    follow: async function* (taskId) {
      const { data } = await events.GET('/api/v1/mesh/tasks/{taskId}/events', { ...at(taskId), parseAs: 'stream' });
      if (!data) throw new Error('no stream');
      yield* eventsOf<components['schemas']['Event']>(data);
    },
    output: async (taskId) => got(await client.GET('/api/v1/mesh/tasks/{taskId}/output', at(taskId))),
    wait: async (taskId) =>
      got(await client.GET('/api/v1/mesh/tasks/{taskId}/wait', { params: { path: { taskId }, query: { until: 'end', timeout: 60 } } })),
    branches: async (taskId) => got(await client.GET('/api/v1/mesh/tasks/{taskId}/branches', at(taskId))),
    merge: async (taskId, subtaskId) => got(await client.POST('/api/v1/mesh/tasks/{taskId}/merge', { ...at(taskId), body: { subtaskId } })),
    check: async (taskId) => got(await client.GET('/api/v1/mesh/tasks/{taskId}/merge/check', at(taskId))),
    codeOfReading: async (taskId) => (await client.GET('/api/v1/mesh/tasks/{taskId}', at(taskId))).error?.code ?? null,
    codeOfMerging: async (taskId, subtaskId) =>
      (await client.POST('/api/v1/mesh/tasks/{taskId}/merge', { ...at(taskId), body: { subtaskId } })).error?.code ?? null,
    abort: async (taskId) => got(await client.POST('/api/v1/mesh/tasks/{taskId}/merge/abort', at(taskId))),
    remove: async (taskId) => {
      const { error } = await client.DELETE('/api/v1/mesh/tasks/{taskId}', at(taskId));
      if (error) throw new Error(error.message);
    },
  };
});
