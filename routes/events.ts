import type { FastifyReply } from 'fastify';
import { ref } from '../schemas/common.ts';
import { StreamEvent, eventTypes } from '../schemas/event.ts';
import { EventsHeaders, EventsQuery, TaskEventsQuery, TaskParams } from '../schemas/requests.ts';
import type { ResourceRoutes, RouteTools } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { chosenTypes } from '../src/http/requests/chosen-types.ts';
import { readAfter } from '../src/http/requests/event-place.ts';
import { sendEvents } from '../src/http/streams/event-stream.ts';
import { answerSignal } from '../src/http/requests/request-signal.ts';
import { textAnswer } from '../src/http/answers/shapes.ts';
import type { EventFeed, EventPlace, FollowOptions } from '../src/tasks/actions.ts';

/** Where to go on: what an EventSource sends when it comes again is nearer to the truth than the address it first had. */
const startAfter = (lastEventId: string | undefined, after: string | number | undefined): EventPlace | null =>
  readAfter(lastEventId ?? after);

/** Opens a stream for the reply: a slot, a signal, and the events from the action. */
const stream = async (
  { streams, ending }: RouteTools,
  reply: FastifyReply,
  types: string | undefined,
  follow: (options: Omit<FollowOptions, 'after'>) => Promise<EventFeed>,
): Promise<FastifyReply> => {
  const release = streams.take();
  reply.raw.once('close', release);
  const signal = answerSignal(reply, ending);
  return sendEvents(reply, await follow({ types: chosenTypes(types, eventTypes), signal }), { signal });
};

const eventStream = textAnswer(
  'Server-sent events. The data of each is an Event, but that of `event: gap`, which has no id: where retention deletes what a reader has not read yet, it gets `{"type":"gap","code":"EVENTS_GONE","trimmedThrough":…}`, the id up to which events are gone, and then the end of the stream; and that of `event: snapshot`, after the tasks of a snapshot. The `id:` of each is a number and a name, and is sent back as it is. A task event has the id of the latest event before it',
  'text/event-stream',
  ref(StreamEvent),
);

/** Everything that happens, live. */
export const eventRoutes: ResourceRoutes = (api, tools) => {
  const { actions } = tools;
  api.get(
    '/tasks/:taskId/events',
    {
      // A HEAD would open a stream that nobody reads.
      exposeHeadRoute: false,
      config: { long: true, errors: ['TASK_NOT_FOUND', 'EVENTS_GONE', 'TOO_MANY_STREAMS'] },
      schema: {
        operationId: 'followTask',
        summary: 'Everything that happened and happens to a task, until it has ended',
        tags: ['Output'],
        params: TaskParams,
        querystring: TaskEventsQuery,
        headers: EventsHeaders,
        response: { 200: eventStream },
      },
    },
    async (request, reply) => {
      const after = startAfter(request.headers['last-event-id'], request.query.after) ?? 0;
      const { types, view = 'full' } = request.query;
      return stream(tools, reply, types, (options) =>
        actions.followTask(caller(request), request.params.taskId, { ...options, after, view }),
      );
    },
  );

  api.get(
    '/events',
    {
      exposeHeadRoute: false,
      config: { long: true, errors: ['EVENTS_GONE', 'TOO_MANY_STREAMS'] },
      schema: {
        operationId: 'followAll',
        summary: 'What happens to every task that the caller may see; live only, unless after is given',
        tags: ['Output'],
        querystring: EventsQuery,
        headers: EventsHeaders,
        response: { 200: eventStream },
      },
    },
    async (request, reply) => {
      const after = startAfter(request.headers['last-event-id'], request.query.after);
      const { types, snapshot = false, view = 'full' } = request.query;
      return stream(tools, reply, types, (options) => actions.followAll(caller(request), { ...options, after, snapshot, view }));
    },
  );
};
