import type { HttpOptions } from '../http/build-http.ts';

/** The doors that a start does without: each is loaded when somebody first comes to it. @param daemon - as they introduce it */
export const doorsOf = (daemon: { id: string; version: string }): Required<Pick<HttpOptions, 'openSocketDoor' | 'openMcpDoor'>> => ({
  openSocketDoor: async (parts) => (await import('../websocket/door.ts')).openSocketDoor(parts, daemon),
  openMcpDoor: async (parts) => (await import('../mcp/door.ts')).openMcpDoor(parts),
});
