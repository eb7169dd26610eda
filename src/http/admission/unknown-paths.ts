import { MakimaError } from '../../errors.ts';
import type { Api } from '../api.ts';

interface KnownPath {
  matches: RegExp;
  methods: Set<string>;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A route's path as the paths that it takes: `:name` is one part. */
const pattern = (path: string): RegExp =>
  new RegExp(
    `^${path
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : escape(part)))
      .join('/')}$`,
  );

/**
 * Tells an unknown path (404) from a known one with another method (405 and `Allow`), before a body is read: what is not
 * there has no content type to complain of.
 */
export const refuseUnknownPaths = (app: Api): void => {
  const known = new Map<string, KnownPath>();
  app.addHook('onRoute', ({ path, method }) => {
    if (path.includes('*')) return;
    const entry = known.get(path) ?? { matches: pattern(path), methods: new Set<string>() };
    for (const name of [method].flat()) entry.methods.add(name);
    known.set(path, entry);
  });
  app.addHook('onRequest', (request, reply, done) => {
    // The preflight route takes OPTIONS on any path; where the request was no preflight, it is not there for it.
    if (!request.is404 && request.routeOptions.url !== '*') {
      done();
      return;
    }
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = [...known.values()].filter((entry) => entry.matches.test(path)).flatMap((entry) => [...entry.methods]);
    if (methods.length === 0) throw new MakimaError('ROUTE_NOT_FOUND', `There is nothing at ${JSON.stringify(path.slice(0, 300))}`);
    const allow = [...new Set(methods)].sort().join(', ');
    reply.header('allow', allow);
    throw new MakimaError('METHOD_NOT_ALLOWED', `${request.method} is not a method of this path, which takes ${allow}`);
  });
  app.setNotFoundHandler(() => {
    throw new MakimaError('ROUTE_NOT_FOUND');
  });
};
