/** What a client on this machine connects to where the daemon listens on every address. */
export const reachable = (host: string): string => {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return name.includes(':') ? `[${name}]` : name;
};
