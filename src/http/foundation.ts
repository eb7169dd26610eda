import { namedSchemas } from '../../schemas/index.ts';
import { credentials, type CredentialsOptions } from './admission/credentials.ts';
import { crossOrigin } from './admission/cross-origin.ts';
import { deadlines } from './admission/deadlines.ts';
import { draining, type DrainingOptions } from './admission/draining.ts';
import { gate } from './admission/gate.ts';
import { knownPaths } from './admission/known-paths.ts';
import type { RequestGate } from './admission/request-gate.ts';
import { compress } from './answers/compress.ts';
import type { Api } from './api.ts';
import { compileSchemas } from './compile-schemas.ts';
import { openapi } from './documents/openapi.ts';
import { readRequests } from './requests/read-requests.ts';

export interface FoundationOptions extends CredentialsOptions, DrainingOptions {
  gate: RequestGate;
  basePath: string;
  version: string;
}

/** What every application of the daemon stands on: how shapes are compiled, and what each request is asked, in that order. */
export const layFoundation = async (app: Api, options: FoundationOptions): Promise<void> => {
  for (const schema of namedSchemas) app.addSchema(schema);
  await app.register(compileSchemas);
  await app.register(gate, options);
  await app.register(draining, options);
  await app.register(credentials, options);
  await app.register(deadlines);
  await app.register(knownPaths, options);
  await app.register(crossOrigin, options);
  await app.register(readRequests);
  await app.register(compress);
  await app.register(openapi, options);
};
