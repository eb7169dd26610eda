import { Type, type Static } from '@sinclair/typebox';
import { Nullable, Timestamp, Uuid } from './common.ts';

export const ToolKey = Type.Object(
  { id: Uuid, label: Nullable(Type.String()), createdAt: Timestamp, expiresAt: Nullable(Timestamp) },
  { $id: 'ToolKey', description: 'A tool key as it is listed: the key itself is shown once, when it is made' },
);
export type ToolKey = Static<typeof ToolKey>;

export const NewToolKey = Type.Object(
  { id: Uuid, key: Type.String(), label: Nullable(Type.String()), createdAt: Timestamp, expiresAt: Nullable(Timestamp) },
  { $id: 'NewToolKey' },
);
export type NewToolKey = Static<typeof NewToolKey>;
