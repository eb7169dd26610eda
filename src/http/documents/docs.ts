import swaggerUi from '@fastify/swagger-ui';
import { plugin } from '../plugin.ts';

/** Serves the document to look at and try out, with a content policy under which the page's own scripts run. */
export const docs = plugin<{ basePath: string }>({ name: 'docs', dependencies: ['openapi'] }, async (app, { basePath }) => {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: basePath,
    uiConfig: { docExpansion: 'list', deepLinking: true, displayRequestDuration: true, tryItOutEnabled: true },
    staticCSP: true,
    // On a host other than loopback the page would ask for its own scripts over https, which nobody serves.
    transformStaticCSP: (header) =>
      header.replace('upgrade-insecure-requests;', '').replaceAll('https:', '').replace('validator.swagger.io', ''),
  });
});
