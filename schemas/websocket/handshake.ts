import { Type, type Static } from '@sinclair/typebox';
import { Uuid } from '../common.ts';
import { EventsHeaders, EventsQuery } from '../requests.ts';

/** The types of events that are sent over the WebSocket, each as a message of its own. */
export const socketEventTypes = ['output', 'status', 'tool-key', 'end'] as const;
export type SocketEventType = (typeof socketEventTypes)[number];

export const socketTypesPattern = `^(?:${socketEventTypes.join('|')})(?:,(?:${socketEventTypes.join('|')}))*$`;

/** What the address of the WebSocket may say: of what events the client wants to hear. */
export const SocketQuery = Type.Object(
  {
    after: EventsQuery.properties.after,
    taskId: Type.Optional(
      Type.Array(Uuid, {
        maxItems: 100,
        description: 'Repeated for several: the events of these alone; of all that the caller may see where left out',
      }),
    ),
    types: Type.Optional(
      Type.String({
        pattern: socketTypesPattern,
        maxLength: 200,
        description: `Comma-separated, of ${socketEventTypes.join(', ')}; all of them where left out`,
      }),
    ),
    follow: Type.Optional(Type.Boolean({ description: 'false: no events, commands and their answers alone' })),
  },
  { additionalProperties: false },
);
export type SocketQuery = Static<typeof SocketQuery>;

export const SocketHeaders = Type.Object({ 'last-event-id': EventsHeaders.properties['last-event-id'] });
