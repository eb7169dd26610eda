import type { onRequestHookHandler } from 'fastify';
import { MakimaError } from '../../errors.ts';
import { plugin } from '../plugin.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers a request that no route is for. */
    refuseUnknown: onRequestHookHandler;
    /** Answers a request whose route takes an id where its path has none: a script's empty variable, or a slash at the end. */
    refuseEmptyParts: onRequestHookHandler;
  }
}

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

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';
const quote = (path: string): string => JSON.stringify(path.slice(0, 300));

/**
 * Tells an unknown path (404) from a known one with another method (405 and `Allow`), before a body is read: what is not
 * there has no content type to complain of.
 */
export const knownPaths = plugin<{ basePath: string }>({ name: 'known-paths', dependencies: [] }, (app, { basePath }) => {
  const known = new Map<string, KnownPath>();
  app.addHook('onRoute', ({ path, method }) => {
    if (path.includes('*')) return;
    const entry = known.get(path) ?? { matches: pattern(path), methods: new Set<string>() };
    for (const name of [method].flat()) entry.methods.add(name);
    known.set(path, entry);
  });
  const methodsAt = (path: string): string[] => [
    ...new Set([...known.values()].filter(({ matches }) => matches.test(path)).flatMap(({ methods }) => [...methods])),
  ];

  /** What may be wrong with a path, for whoever typed it. */
  const hint = (path: string): string => {
    if (basePath !== '' && path !== basePath && !path.startsWith(`${basePath}/`)) return `; everything is below ${basePath}`;
    const shorter = path.replace(/\/+$/, '');
    if (shorter !== path && methodsAt(shorter).length > 0) return `; perhaps ${quote(shorter)} is meant, or an id is missing at the end`;
    return path.includes('//') ? '; a part of it is empty' : '';
  };
  const nothingAt = (path: string): MakimaError => new MakimaError('ROUTE_NOT_FOUND', `There is nothing at ${quote(path)}${hint(path)}`);

  app.decorate('refuseUnknown', (request, reply) => {
    const path = pathOf(request.url);
    const methods = methodsAt(path);
    if (methods.length === 0) throw nothingAt(path);
    const allow = methods.sort().join(', ');
    reply.header('allow', allow);
    throw new MakimaError('METHOD_NOT_ALLOWED', `${request.method} is not a method of this path, which takes ${allow}`);
  });
  app.decorate('refuseEmptyParts', (request, _reply, done) => {
    for (const part of Object.values(request.params ?? {})) if (part === '') throw nothingAt(pathOf(request.url));
    done();
  });
});
