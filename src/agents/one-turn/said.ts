import type { AgentActivity } from '../driver.ts';

/** A part of what a line says. */
export interface Said {
  /** null where it is nothing that the agent does. */
  activity: AgentActivity | null;
  /** As a person reads it, where that is not the words of the activity. */
  words?: string | null;
}

export const activity = (kind: AgentActivity['kind'], fields: Partial<AgentActivity>): Said => ({
  activity: { kind, text: null, tool: null, callId: null, parentCallId: null, isError: false, ...fields },
});

export const note = (words: string): Said => ({ activity: null, words });
