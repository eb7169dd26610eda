import type * as verbs from './verbs.ts';

export type { EventChunk, EventFeed, EventPlace, FollowOptions, Framing, StoredEvent } from '../events/event-log.ts';
export type { Caller } from './access.ts';
export type { TaskTree } from './reading/read-tasks.ts';

/** A verb to whom its parts were given. */
type Bound<Verb> = Verb extends (parts: never, ...args: infer Args) => infer Answer ? (...args: Args) => Answer : never;

/** Every verb of the API, as a route calls it. Each throws MakimaError for what a caller can meet. */
export type Actions = { [Name in keyof typeof verbs]: Bound<(typeof verbs)[Name]> };
