import type { TaskEvent } from '../../../../schemas/event.ts';
import type { OperationTexts } from './operation.ts';
import { endEvent, outputEvent, statusEvent } from './samples.ts';

/** An event as a stream sends it. */
const frame = (event: TaskEvent): string => `id: ${event.id}-k3f9x2ab\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const resume =
  "A connection that broke is taken up by the `id:` of the last event that came, a number and the name of what it was counted in, as `Last-Event-ID` (an EventSource does so by itself) or `after`: nothing is missing then, and nothing comes twice. An id of another home, or of one that a backup was put in the place of, is `410 EVENTS_GONE`. Two types are made for who asks for them by `types`. A `task` event is the task as it is when it is sent, with the id of the latest event before it. An `activity` event is what the agent does, in words that are the same for agents of all makers: its line, in the `output` event that follows, is the maker's own; of what is longer than a client should expect the begin is there, and `isCut`. A comment every 15 seconds says that the stream lives.";

/** What an agent says and does, and everything that happens. */
export const outputTexts: OperationTexts = {
  readOutput: {
    description:
      'What the agent printed, in three forms, as `Accept` asks for: a page of events in JSON, where `nextCursor` is the next `after`; all of them as NDJSON; and the text that a person reads. The latter two go on with what comes with `follow=true`. `tail` leaves out all but the last so many events, which are found from the end.',
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
    description: `Of every task that the caller may see, in one stream. ${resume} Where neither is given, the first \`id:\` comes before any event, and says from where on the stream is whole.\n\nWith \`snapshot=true\` a list needs this one stream and no poll: first a \`task\` event for each task, the newest first, then an event \`snapshot\` that says how many there were, then what happens from exactly there on, with a \`task\` event after each change of a task and one with \`deleted: true\` after its end. A reader that comes back to the same address with \`Last-Event-ID\` gets all states again, and then the events that it has missed; what it knows of other tasks was deleted. One that reads slowly gets the latest state of each task alone.`,
    answers: { 200: { 'text/event-stream': { example: [statusEvent, outputEvent].map(frame).join('') } } },
  },
};
