/** What a call is sent with. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Where a daemon is at this moment, and how it is called. */
export interface Place {
  /** What paths are put behind, with the base path and without a slash at its end. */
  url: string;
  /** As people would write it, where that is another. */
  shown: string;
  /** The credential. */
  headers: Readonly<Record<string, string>>;
  fetch: Fetch;
}

/**
 * Looks where the daemon is: once, and again when it does not answer there, since one that was started again may be elsewhere.
 * @throws MakimaError UNREACHABLE where there is none
 */
export type FindPlace = () => Promise<Place>;

export interface Credential {
  token?: string | undefined;
  toolKey?: string | undefined;
}

/** The header of a credential; none where there is none. */
export const headersOf = ({ token, toolKey }: Credential): Record<string, string> => ({
  ...(token !== undefined && { authorization: `Bearer ${token}` }),
  ...(toolKey !== undefined && { 'x-makima-tool-key': toolKey }),
});

/** @throws TypeError where this is no address of HTTP */
const addressOf = (url: string): string => {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw new TypeError(`${JSON.stringify(url)} is no address of a makima daemon: give one such as http://127.0.0.1:8080`);
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
};

/**
 * A daemon at an address that does not change.
 * @throws TypeError where this is no address of HTTP
 */
export const atUrl = (url: string, credential: Credential, send: Fetch = globalThis.fetch): Place => {
  const address = addressOf(url);
  // A browser's is none of an object's methods, and says so.
  return { url: address, shown: address, headers: headersOf(credential), fetch: (...call) => send(...call) };
};
