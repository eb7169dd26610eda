import type { McpServer as Offered } from '@agentclientprotocol/sdk';
import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentLaunch } from '../driver.ts';
import { fieldAt, objectAt } from '../json-line.ts';

/** What stands for a secret is replaced here: these agents take what they are told as it is, and nobody else reads it. */
const reveal =
  (secrets: Readonly<Record<string, string>>) =>
  (text: string): string =>
    text.replace(/\$\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(secrets, name) ? (secrets[name] ?? whole) : whole));

const pairs = (
  record: Readonly<Record<string, string>> | undefined,
  revealed: (text: string) => string,
): { name: string; value: string }[] => Object.entries(record ?? {}).map(([name, value]) => ({ name, value: revealed(value) }));

/**
 * The servers of tools that the agent is to speak to, as a session is begun with them. Over HTTP only where it says that it can; over stdio
 * every agent can.
 * @param agent - its answer to the greeting
 */
export const mcpServersOf = ({ mcp, secrets = {} }: AgentLaunch, agent: JsonObject): Offered[] => {
  const can = objectAt(objectAt(agent, 'agentCapabilities') ?? {}, 'mcpCapabilities') ?? {};
  const revealed = reveal(secrets);
  return Object.entries(mcp ?? {}).flatMap(([name, server]): Offered[] => {
    if ('command' in server) return [{ name, command: server.command, args: [...(server.args ?? [])], env: pairs(server.env, revealed) }];
    if (fieldAt(can, 'http') !== true) return [];
    return [{ type: 'http', name, url: revealed(server.url), headers: pairs(server.headers, revealed) }];
  });
};
