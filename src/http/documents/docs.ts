import swaggerUi from '@fastify/swagger-ui';
import { plugin } from '../plugin.ts';
import { seenFrom } from './openapi.ts';

/** Serves the document to look at and try out. */
export const docs = plugin<{ basePath: string }>({ name: 'docs', dependencies: ['openapi'] }, async (app, { basePath }) => {
  // Where a proxy takes something off the front of the path, the page cannot know that: only what it names beside itself is found.
  app.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?', 1)[0] ?? '';
    if (request.outerPath !== '' && path === `${basePath}/docs`) void reply.redirect(`${path}/`);
    else done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const location = reply.getHeader('location');
    if (typeof location === 'string' && location.startsWith('/')) reply.header('location', request.outerPath + location);
    done(null, payload);
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: basePath,
    transformSpecification: (document, { outerPath }) => ({ ...seenFrom(document, outerPath) }),
    transformSpecificationClone: false,
    uiConfig: { docExpansion: 'list', deepLinking: true, displayRequestDuration: true, tryItOutEnabled: true },
  });
});
