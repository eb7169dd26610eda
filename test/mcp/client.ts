/** The protocol's own client, as programs and agents have it. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Test } from 'tap';

/** The two generations of the protocol: a handshake first, or each request by itself. */
export const eras = ['legacy', 'modern'] as const;
export type Era = (typeof eras)[number];

export interface Answered {
  text: string;
  data: Record<string, unknown>;
  isError: boolean;
}

export interface McpClient {
  client: Client;
  /** Calls a tool and reads what it answers. */
  call: (name: string, given?: Record<string, unknown>, options?: Parameters<Client['callTool']>[1]) => Promise<Answered>;
  close: () => Promise<void>;
}

/** Connects to the daemon at this address until the test ends. */
export const connect = async (t: Test, url: string, headers: Record<string, string>, era: Era = 'modern'): Promise<McpClient> => {
  const client = new Client(
    { name: 'a-client', version: '1.0.0' },
    { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } } },
  );
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }));
  t.teardown(() => client.close());
  return {
    client,
    close: () => client.close(),
    async call(name, given = {}, options) {
      const { content, structuredContent, isError } = await client.callTool({ name, arguments: given }, options);
      const text = content.map((block) => (block.type === 'text' ? block.text : block.type)).join('');
      return { text, data: Object(structuredContent), isError: isError === true };
    },
  };
};
