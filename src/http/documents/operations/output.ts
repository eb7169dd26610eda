import type { TaskEvent } from '../../../../schemas/event.ts';
import type { OperationTexts } from './operation.ts';
import { endEvent, outputEvent, statusEvent } from './samples.ts';

/** An event as a stream sends it. */
const frame = (event: TaskEvent): string => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const resume =
  'A connection that broke is taken up by the `id` of the last event that came, as `Last-Event-ID` (an EventSource does so by itself) or `after`: nothing is missing then, and nothing comes twice. A comment every 15 seconds says that the stream lives.';

/** What an agent says and does, and everything that happens. */
export const outputTexts: OperationTexts = {
  readOutput: {
    description:
      'What the agent printed, in three forms, as `Accept` asks for: a page of events in JSON, where `nextCursor` is the next `after`; all of them as NDJSON; and the text that a person reads. The latter two go on with what comes with `follow=true`.',
    answers: {
      200: {
        'application/json': { example: { items: [outputEvent], nextCursor: null } },
        'application/x-ndjson': { example: `${JSON.stringify(outputEvent)}\n` },
        'text/plain': { example: 'I write the page.\n[makima] done\n' },
      },
    },
  },
  followTask: {
    description: `From the first event on, or from the one after \`after\`, then live, until \`end\`: the task is terminal, its completion action has run and its log is complete. ${resume}`,
    answers: { 200: { 'text/event-stream': { example: [statusEvent, outputEvent, endEvent].map(frame).join('') } } },
  },
  followAll: {
    description: `Of every task that the caller may see, in one stream. ${resume}`,
    answers: { 200: { 'text/event-stream': { example: [statusEvent, outputEvent].map(frame).join('') } } },
  },
};
