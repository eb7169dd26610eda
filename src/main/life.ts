/** How the daemon ends. */
export interface Ending {
  /** Ends the agents first; else they go on by themselves. */
  stopAgents: boolean;
}

/** The daemon's life as its parts see it: where it listens, whether it is ready, and the end, at which all that was opened is closed. */
export interface Life {
  /** Fires when it begins to end. */
  readonly draining: AbortSignal;
  /** Where agents reach the API; empty until it listens. No agent is started before. */
  url: () => string;
  isReady: () => boolean;
  listensAt(url: string): void;
  becomeReady(): void;
  /** Notes how something that was opened is closed: at the end, what was opened last comes first. */
  atEnd(close: (ending: Ending) => Promise<void> | void): void;
  /** Closes all that was opened. Can be repeated; the last word on how counts. */
  end(ending: Ending): Promise<void>;
}

export const beginLife = (): Life => {
  const draining = new AbortController();
  const closers: ((ending: Ending) => Promise<void> | void)[] = [];
  const state: { url: string; isReady: boolean; ending: Ending; ended: Promise<void> | null } = {
    url: '',
    isReady: false,
    ending: { stopAgents: false },
    ended: null,
  };
  const closeAll = async (): Promise<void> => {
    draining.abort();
    for (const close of closers.splice(0).toReversed()) await close(state.ending);
  };
  return {
    draining: draining.signal,
    url: () => state.url,
    isReady: () => state.isReady,
    listensAt(url) {
      state.url = url;
    },
    becomeReady() {
      state.isReady = true;
    },
    atEnd: (close) => void closers.push(close),
    end(ending) {
      state.ending = ending;
      state.ended ??= closeAll();
      return state.ended;
    },
  };
};
