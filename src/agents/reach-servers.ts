import type { McpServer } from './driver.ts';

/** Programs read one or the other. */
const names = ['NO_PROXY', 'no_proxy'] as const;

/** Whether a list of exceptions has a host, as all programs read it. */
const hasHost = (list: string, host: string): boolean => list.split(',').some((each) => each.trim() === '*' || each.trim() === host);

/**
 * An environment in which an agent reaches its servers of tools itself: they are on this machine, and a proxy would be given the keys for them and
 * could not go there. Said also where no proxy is in sight, since agents may have one in settings of their own.
 */
export const reachServers = (
  env: Readonly<Record<string, string>>,
  servers: Readonly<Record<string, McpServer>> | null,
): Readonly<Record<string, string>> => {
  const hosts = Object.values(servers ?? {}).flatMap((server) =>
    'url' in server ? [new URL(server.url).hostname.replace(/^\[(.*)\]$/, '$1')] : [],
  );
  if (hosts.length === 0) return env;
  const known = env.NO_PROXY ?? env['no_proxy'] ?? '';
  const exceptions = Object.fromEntries(
    names.map((name) => {
      const own = env[name] ?? known;
      return [name, [...(own === '' ? [] : [own]), ...hosts.filter((host) => !hasHost(own, host))].join(',')];
    }),
  );
  return { ...env, ...exceptions };
};
