import type { TaskEvent } from '../../schemas/event.ts';

/** What became of a task and its completion, by its events: statuses, the action's, the end. */
export const shapes = (events: readonly TaskEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'status'
      ? [event.to]
      : event.type === 'completion'
        ? [`completion ${event.completion.status}`]
        : event.type === 'end'
          ? ['end']
          : [],
  );
