/**
 * Writes openapi.yaml, asyncapi.yaml and docs/errors.md from the schemas, routes and error table, the types of the API from openapi.yaml,
 * and the commands in docs/command.md from the program: `npm run openapi`. A test fails while they are others.
 */
import { writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { routes } from '../routes/index.ts';
import { buildHttp } from '../src/http/build-http.ts';
import { asyncapiYaml } from '../src/http/documents/asyncapi.ts';
import { errorsPage } from '../src/http/documents/errors-page.ts';
import { openapiYaml } from '../src/http/documents/openapi.ts';
import type { Actions } from '../src/tasks/actions.ts';
import { apiTypes } from './api-types.ts';
import { commandPage } from './command-page.ts';

const app = await buildHttp({
  // Declaring the routes calls none of them.
  actions: Object.create(null) as Actions,
  routes,
  logger: pino({ level: 'silent' }),
  ownerToken: '',
  version: packageJson.version,
  basePath: '',
  isReady: () => false,
  drainSignal: new AbortController().signal,
  allowedHosts: [],
  allowedOrigins: [],
  limits: { bodyBytes: 1, streams: 1 },
});
const yaml = openapiYaml(app);
await writeFile(new URL('../openapi.yaml', import.meta.url), yaml);
await writeFile(new URL('../asyncapi.yaml', import.meta.url), asyncapiYaml({ version: packageJson.version, basePath: '' }));
await writeFile(new URL('../clients/typescript/contract.d.ts', import.meta.url), await apiTypes(yaml));
await writeFile(new URL('../docs/errors.md', import.meta.url), errorsPage());
await writeFile(new URL('../docs/command.md', import.meta.url), commandPage());
await app.close();
