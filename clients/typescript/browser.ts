import { connectTo, type ConnectOptions, type Makima } from './makima.ts';
import { atUrl } from './place.ts';

export * from './shared.ts';

/**
 * A client of the daemon at `url`. A page is one of an origin that the daemon was told to let in (MAKIMA_ALLOWED_ORIGINS).
 * @throws MakimaError UNREACHABLE where there is none; TypeError where the address is none, or left out
 */
export const connect = async (options: ConnectOptions = {}): Promise<Makima> => {
  const { url, token, toolKey, fetch } = options;
  if (url === undefined)
    throw new TypeError('A page has no home and no socket: say where the daemon is, as connect({ url: "http://127.0.0.1:8080", token })');
  const place = atUrl(url, { token, toolKey }, fetch);
  return connectTo(() => Promise.resolve(place), options, false);
};
