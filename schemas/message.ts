import { Type, type Static } from '@sinclair/typebox';
import { StringEnum, Timestamp, Uuid, described } from './common.ts';

export const messageKinds = ['user', 'review', 'sibling', 'inbox'] as const;
export const MessageKind = StringEnum(messageKinds);
export type MessageKind = Static<typeof MessageKind>;

/** A message that its agent does not have yet. */
export const WaitingMessage = Type.Object(
  {
    id: described(Uuid, 'Of the message'),
    taskId: described(Uuid, 'Whose agent gets it'),
    kind: described(
      MessageKind,
      'user: what somebody says to it; review: remarks on its diff; sibling: what another task did; inbox: what its subtasks came to',
    ),
    message: Type.String({ description: 'In words, as the agent gets it' }),
    state: StringEnum(['waiting', 'handed'] as const, {
      description: 'waiting: it can be withdrawn; handed: it is on its way into the agent, which has not read it',
    }),
    createdAt: described(Timestamp, 'When it was taken'),
  },
  { $id: 'WaitingMessage', description: 'A message that its agent does not have yet' },
);
export type WaitingMessage = Static<typeof WaitingMessage>;
