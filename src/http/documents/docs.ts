import swaggerUi from '@fastify/swagger-ui';
import { plugin } from '../plugin.ts';

/** Serves the document to look at and try out. */
export const docs = plugin<{ basePath: string }>({ name: 'docs', dependencies: ['openapi'] }, async (app, { basePath }) => {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: basePath,
    uiConfig: { docExpansion: 'list', deepLinking: true, displayRequestDuration: true, tryItOutEnabled: true },
  });
});
