import type { Message } from '../../schemas/websocket/messages.ts';
import type { EventFeed, StoredEvent } from '../tasks/actions.ts';
import type { Outlet } from './outlet.ts';

/** An event as its message; null for one that has none. */
const messageOf = ({ event, place: eventId }: StoredEvent): Message | null => {
  switch (event.type) {
    case 'output':
      return { ...event, type: 'taskOutput', eventId };
    case 'status':
      return { ...event, type: 'taskStatusChange', eventId };
    case 'tool-key':
      return { ...event, type: 'registerToolKey', eventId };
    case 'end':
      return { ...event, type: 'taskComplete', eventId };
    default:
      return null;
  }
};

/**
 * Sends events as they come, no faster than the client reads: what it has not read is read from the log when it goes on.
 * @throws what the feed throws, EVENTS_GONE where events were deleted before it came to them
 */
export const passOn = async (feed: EventFeed, outlet: Outlet, send: (message: Message) => void): Promise<void> => {
  for await (const chunk of feed.chunks)
    for (const event of chunk) {
      if (outlet.isFull) await outlet.ready();
      if (outlet.isClosing) return;
      const message = messageOf(event);
      if (message !== null) send(message);
    }
};
