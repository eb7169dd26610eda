/** What every door of the client has beside `connect`. */
export type * from './contract.d.ts';
export { call } from './answered.ts';
export type { Api, ApprovalFilter, CallOptions, Calls, CreateOptions, TaskFilter } from './calls.ts';
export { MakimaError } from './error.ts';
export type { EventType, Events, EventsOptions, TaskEvent } from './events.ts';
export type { ConnectOptions, Makima, RunOptions } from './makima.ts';
export type { OutputOptions } from './output.ts';
export type { WaitOptions } from './wait.ts';
