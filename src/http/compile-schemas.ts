import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';
import type { Api } from './api.ts';
import { plugin } from './plugin.ts';
import { validatorOptions } from './requests/validation.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Loads what compiles schemas, so that the first request need not wait for it. Can be repeated. */
    loadCompilers: () => Promise<void>;
  }
}

interface Compilers {
  validator: ReturnType<ReturnType<(typeof import('@fastify/ajv-compiler'))['default']>>;
  serializer: ReturnType<ReturnType<(typeof import('@fastify/fast-json-stringify-compiler'))['default']>>;
}

const load = async (schemas: () => Record<string, object>): Promise<Compilers> => {
  const [validators, serializers] = await Promise.all([import('@fastify/ajv-compiler'), import('@fastify/fast-json-stringify-compiler')]);
  // The schemas are ours; a test holds each against what a schema may be, which takes longer than all else here.
  const customOptions = { ...validatorOptions, validateSchema: false, meta: false };
  return { validator: validators.default()(schemas(), { customOptions }), serializer: serializers.default()(schemas(), {}) };
};

/**
 * Compiles schemas when a request first needs them, and loads the compilers after the start: all schemas of all routes took 300 ms
 * of each start, and a client asks for a few.
 */
export const compileSchemas = plugin({ name: 'compile-schemas', dependencies: [] }, (app: Api) => {
  let compilers: Compilers | undefined;
  let loading: Promise<void> | undefined;
  const loaded = (): Compilers => {
    if (!compilers) throw new Error('A schema is needed before a request has come');
    return compilers;
  };
  const loadCompilers = (): Promise<void> =>
    (loading ??= load(() => schemasOf(app)).then((made) => {
      compilers = made;
    }));
  app.decorate('loadCompilers', loadCompilers);
  app.addHook('onRequest', (_request, _reply, done) => {
    if (compilers) done();
    else loadCompilers().then(() => done(), done);
  });

  const validatorOf: FastifySchemaCompiler<object> = ({ schema }) => {
    let validate: ReturnType<Compilers['validator']> | undefined;
    const lazy: ReturnType<FastifySchemaCompiler<object>> = (data) => {
      validate ??= loaded().validator({ schema });
      const fits = validate(data) === true;
      lazy.errors = validate.errors ?? null;
      return fits;
    };
    return lazy;
  };
  const serializerOf: FastifySerializerCompiler<object> = ({ schema, method, url, httpStatus }) => {
    let serialize: ReturnType<Compilers['serializer']> | undefined;
    return (document) => {
      serialize ??= loaded().serializer({ schema, method, url, httpStatus: httpStatus ?? '' });
      return serialize(document);
    };
  };
  app.setValidatorCompiler(validatorOf);
  app.setSerializerCompiler(serializerOf);
});

const schemasOf = (app: Api): Record<string, object> =>
  Object.fromEntries(Object.entries(app.getSchemas()).filter((entry): entry is [string, object] => typeof entry[1] === 'object'));

const never = (): never => {
  throw new Error('Schemas are compiled by another plugin');
};
/** For Fastify, which else loads its own compilers at once. */
export const noCompilers = { buildValidator: never, buildSerializer: never };
