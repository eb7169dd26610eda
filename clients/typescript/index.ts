import { findPlace } from './find-place.ts';
import { connectTo, type ConnectOptions, type Makima } from './makima.ts';

export * from './shared.ts';

/**
 * Finds the daemon: by the options; else, in the agent of an orchestrator, by MAKIMA_API_URL with MAKIMA_API_KEY; else by MAKIMA_URL with
 * MAKIMA_TOKEN; else by MAKIMA_HOME (~/.makima), where its socket comes first and then the address in daemon.json with the token.
 * @throws MakimaError UNREACHABLE where there is none; TypeError where an address is none
 */
export const connect = async (options: ConnectOptions = {}): Promise<Makima> => {
  const isAgent =
    [options.socket, options.url, options.home].every((where) => where === undefined) && Boolean(process.env['MAKIMA_API_KEY']);
  // The daemon that runs this agent is away for a moment at the most.
  return connectTo(findPlace(options), options, isAgent);
};
