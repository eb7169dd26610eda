import type { AgentActivity } from './driver.ts';

/** A part of what a line of an agent says. */
export interface Said {
  /** null where it is nothing that the agent does. */
  activity: AgentActivity | null;
  /** As a person reads it, where that is not the words of the activity. */
  words?: string | null;
}

/** An activity with what it has, and nothing else. */
export const activityOf = (kind: AgentActivity['kind'], fields: Partial<AgentActivity>): AgentActivity => ({
  kind,
  text: null,
  tool: null,
  callId: null,
  parentCallId: null,
  isError: false,
  ...fields,
});

/** What the agent does. */
export const done = (kind: AgentActivity['kind'], fields: Partial<AgentActivity>): Said => ({ activity: activityOf(kind, fields) });

/** What a person is told beside what the agent does. */
export const note = (words: string): Said => ({ activity: null, words });
