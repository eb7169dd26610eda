import type { McpServer } from '../driver.ts';

const reference = /^\$\{(\w+)\}$/;
const bearer = /^Bearer \$\{(\w+)\}$/;

/** codex takes the name of a variable for a secret: what it is told is kept in its session's file, and a secret in none. */
const headersOf = (headers: Readonly<Record<string, string>>): object => {
  const all = Object.entries(headers);
  const isBearer = (name: string, value: string): boolean => name.toLowerCase() === 'authorization' && bearer.test(value);
  const token = all.find(([name, value]) => isBearer(name, value))?.[1];
  const named = all.filter(([, value]) => reference.test(value));
  const literal = all.filter(([name, value]) => !isBearer(name, value) && !reference.test(value));
  return {
    ...(token !== undefined && { bearer_token_env_var: bearer.exec(token)?.[1] }),
    ...(named.length > 0 && { env_http_headers: Object.fromEntries(named.map(([name, value]) => [name, reference.exec(value)?.[1]])) }),
    ...(literal.length > 0 && { http_headers: Object.fromEntries(literal) }),
  };
};

/** A program of codex's inherits but a few variables; the others are named. */
const variablesOf = (env: Readonly<Record<string, string>>): object => {
  const all = Object.entries(env);
  const inherited = all.filter(([name, value]) => reference.exec(value)?.[1] === name).map(([name]) => name);
  return {
    ...(inherited.length > 0 && { env_vars: inherited }),
    env: Object.fromEntries(all.filter(([name]) => !inherited.includes(name))),
  };
};

/** In seconds. Who waits for something by a tool says for how long, and it is usual to be given up after a minute. */
const patience = { tool_timeout_sec: 3900 };

/** The servers of tools as `mcp_servers` of codex's settings has them; those of the user's own settings stay beside them. */
export const mcpServersOf = (servers: Readonly<Record<string, McpServer>>): object =>
  Object.fromEntries(
    Object.entries(servers).map(([name, server]) => [
      name,
      'command' in server
        ? { command: server.command, args: [...(server.args ?? [])], ...variablesOf(server.env ?? {}), ...patience }
        : { url: server.url, ...headersOf(server.headers ?? {}), ...patience },
    ]),
  );
