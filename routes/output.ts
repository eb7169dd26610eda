import { OutputEvent, OutputPage } from '../schemas/answers.ts';
import { ref } from '../schemas/common.ts';
import { OutputQuery, TaskParams } from '../schemas/requests.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { readAfter } from '../src/http/requests/event-place.ts';
import { sendNdjson, sendText } from '../src/http/streams/event-stream.ts';
import { preferred } from '../src/http/answers/negotiate.ts';
import { answerSignal } from '../src/http/requests/request-signal.ts';
import { answer, textAnswer } from '../src/http/answers/shapes.ts';

const defaultPage = 100;
const largestPage = 1000;

/** What a task's agent said and did, up to now. */
export const outputRoutes: ResourceRoutes = (api, { actions, streams, ending }) => {
  api.get(
    '/tasks/:taskId/output',
    {
      exposeHeadRoute: false,
      config: { long: true, errors: ['TASK_NOT_FOUND', 'EVENTS_GONE', 'TOO_MANY_STREAMS'] },
      schema: {
        operationId: 'readOutput',
        summary: "Read a task's output: a page of JSON, or all of it streamed, up to now or live",
        tags: ['Output'],
        params: TaskParams,
        querystring: OutputQuery,
        response: {
          200: {
            description: 'The output',
            content: {
              ...answer(
                '',
                ref(OutputPage),
                'What the agent said and did, as lines to read, and how it ended; while it is followed, a line at times that nothing new came',
              ).content,
              ...textAnswer('', 'application/x-ndjson', ref(OutputEvent)).content,
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { taskId } = request.params;
      const { tail, follow = false } = request.query;
      const { limit = tail === undefined ? defaultPage : Math.min(Math.max(tail, 1), largestPage) } = request.query;
      const begin = { after: readAfter(request.query.after) ?? 0, ...(tail !== undefined && { tail }) };
      const type = preferred(request, reply, ['application/json', 'application/x-ndjson', 'text/plain']);
      if (type === 'application/json') {
        return reply.type('application/json; charset=utf-8').send(await actions.readOutput(caller(request), taskId, { ...begin, limit }));
      }
      const release = streams.take();
      reply.raw.once('close', release);
      const signal = answerSignal(reply, ending);
      return type === 'text/plain'
        ? sendText(reply, await actions.readableOutput(caller(request), taskId, { ...begin, follow, signal }), { signal, live: follow })
        : sendNdjson(reply, await actions.streamOutput(caller(request), taskId, { ...begin, follow, signal }), { signal, live: follow });
    },
  );
};
