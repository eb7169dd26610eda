/** The types of events of which a person can be told by a command of theirs. */
export const notifyTypes = ['end', 'completion', 'approval', 'budget', 'limit', 'silence'] as const;
export type NotifyType = (typeof notifyTypes)[number];

/** Those that a person is told of where nobody has said which: an agent is often silent for good reason. */
export const usualNotifyTypes: readonly NotifyType[] = Object.freeze(['end', 'completion', 'approval', 'budget', 'limit']);
