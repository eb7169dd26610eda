import type { FastifyBaseLogger, FastifyPluginAsync, FastifyPluginOptions, RawServerDefault } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fp from 'fastify-plugin';
import type { Api } from './api.ts';

export type Plugin<Options extends FastifyPluginOptions> = FastifyPluginAsync<Options, RawServerDefault, TypeBoxTypeProvider>;

interface PluginMeta {
  name: string;
  /** The names of those that must have been registered before: their hooks come first, and what they decorate is used. */
  dependencies: string[];
  /** What it adds is for its own routes alone; else for whoever registers it. */
  encapsulate?: boolean;
}

/** A part of the HTTP interface that Fastify registers. Where one that it depends on is missing, the build throws and names it. */
export const plugin = <Options extends FastifyPluginOptions>(
  meta: PluginMeta,
  register: (app: Api, options: Options) => Promise<void> | void,
): Plugin<Options> =>
  fp<Options, RawServerDefault, TypeBoxTypeProvider, FastifyBaseLogger, Plugin<Options>>(
    async (app, options) => {
      await register(app, options);
    },
    { fastify: '5.x', ...meta },
  );
