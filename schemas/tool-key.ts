import { Type, type Static } from '@sinclair/typebox';
import { Nullable, Timestamp, Uuid, described } from './common.ts';

const fields = {
  id: described(Uuid, 'By which it is revoked'),
  label: Nullable(Type.String({ description: 'What it is for, in the words of who made it' })),
  createdAt: described(Timestamp, 'When it was made'),
  expiresAt: Nullable(described(Timestamp, 'Until when it opens anything; null: as long as its task or run')),
};

export const ToolKey = Type.Object(fields, {
  $id: 'ToolKey',
  description: 'A tool key as it is listed: the key itself is shown once, when it is made',
});
export type ToolKey = Static<typeof ToolKey>;

export const NewToolKey = Type.Object(
  { ...fields, key: Type.String({ description: 'What X-Makima-Tool-Key sends' }) },
  { $id: 'NewToolKey', description: 'A tool key that was made, with the key itself' },
);
export type NewToolKey = Static<typeof NewToolKey>;
