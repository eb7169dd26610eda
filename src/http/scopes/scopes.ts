import type { Credentials } from '../admission/credentials.ts';
import type { Served } from '../admission/draining.ts';
import type { HttpLimits } from '../limits.ts';

/** What holds for all routes of one door. */
export interface Scope {
  /** Of its paths, below the base path. */
  prefix: string;
  credentials: Credentials;
  served: Served;
  /** Bytes of a body, and milliseconds for an answer on a route that is not `long`. */
  limits: Pick<HttpLimits, 'bodyBytes' | 'handlerTimeoutMs'>;
  /** What a browser may do with its answers, where that is more than nothing. */
  contentPolicy?: string;
}

export type ScopeName = 'mesh' | 'socket' | 'mcp' | 'probes' | 'metrics' | 'documents' | 'docs' | 'nowhere';

/** Nobody sends a body where none is taken. */
const noBody = 1024;

/** A page with scripts, styles and pictures of its own; nothing over https, which nobody serves, nor from elsewhere. */
const ownPage = [
  "default-src 'self'",
  "base-uri 'self'",
  "font-src 'self' data:",
  "frame-ancestors 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "script-src 'self'",
  "script-src-attr 'none'",
  "style-src 'self'",
].join('; ');

/** The doors. A further one, such as a page or another protocol, is a line here and its routes. */
export const scopes = ({ bodyBytes, handlerTimeoutMs }: HttpLimits): Readonly<Record<ScopeName, Scope>> => {
  const reading = { bodyBytes: noBody, handlerTimeoutMs };
  return {
    mesh: { prefix: '/api/v1/mesh', credentials: 'any', served: 'ready', limits: { bodyBytes, handlerTimeoutMs } },
    // An application of its own, made at the first upgrade: src/websocket/.
    socket: { prefix: '/api/v1/mesh', credentials: 'any', served: 'ready', limits: reading },
    mcp: { prefix: '', credentials: 'any', served: 'ready', limits: { bodyBytes, handlerTimeoutMs } },
    probes: { prefix: '', credentials: 'none', served: 'always', limits: reading },
    metrics: { prefix: '', credentials: 'owner', served: 'ready', limits: reading },
    documents: { prefix: '', credentials: 'none', served: 'until the end', limits: reading },
    docs: { prefix: '', credentials: 'none', served: 'until the end', limits: reading, contentPolicy: ownPage },
    // What is declared nothing asks for a credential too: a stranger does not learn which paths there are.
    nowhere: { prefix: '', credentials: 'any', served: 'ready', limits: reading },
  };
};
