import type { AgentSignal } from '../driver.ts';
import { rpcLine, unknownMethod, type RpcId } from '../json-rpc.ts';

type Reply = Extract<AgentSignal, { kind: 'reply' }>;

/** What follows codex's answer to the greeting. */
export const threadReply = (bytes: string): Reply => ({ kind: 'reply', id: 'thread', bytes });

/** To what nobody decides here. @param bytes - the answer where there is a better one than that nobody offers it */
export const unknownReply = (id: RpcId, bytes: string | null, method: string): Reply => ({
  kind: 'reply',
  id: `no ${JSON.stringify(id)}`,
  bytes: bytes ?? rpcLine(unknownMethod(id, method)),
});
