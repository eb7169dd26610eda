import type { AGENT_METHODS, CLIENT_METHODS } from '@agentclientprotocol/sdk';
import { rpcLine, unknownMethod, type RpcId } from '../json-rpc.ts';

/** What an agent can be asked, as version 1 of the protocol names it, and what older agents know beside. */
type AgentMethod = (typeof AGENT_METHODS)[keyof typeof AGENT_METHODS] | 'session/set_model';
/** What an agent asks, or tells. */
type ClientMethod = (typeof CLIENT_METHODS)[keyof typeof CLIENT_METHODS];

/** Known by their names to those who read lines. */
export const told = {
  update: 'session/update',
  permission: 'session/request_permission',
  elicitation: 'elicitation/create',
} as const satisfies Record<string, ClientMethod>;

/** The protocol's error for one that is to sign in. */
export const authRequired = -32000;

const line = (message: object): string => rpcLine({ jsonrpc: '2.0', ...message });

/** A request to the agent, as bytes for stdin. */
export const request = (id: string, method: AgentMethod, params: object): string => line({ id, method, params });
export const notification = (method: AgentMethod, params: object): string => line({ method, params });
export const response = (id: RpcId, result: object): string => line({ id, result });

/** The answer to a request for something that is not offered: agents have file systems and terminals of their own. */
export const refusal = (id: RpcId, method: string): string => line(unknownMethod(id, method));
