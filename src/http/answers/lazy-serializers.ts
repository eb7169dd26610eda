import SerializerSelector from '@fastify/fast-json-stringify-compiler';

/**
 * Makes Fastify's serializers, each when its route first answers with that status: building those of all statuses of all
 * routes took 250 ms of each start, and a client asks for a few.
 */
export const lazySerializers = (): SerializerSelector.SerializerFactory => {
  const build = SerializerSelector();
  return (schemas, options) => {
    const compile = build(schemas, options);
    return (route) => {
      let serialize: SerializerSelector.Serializer | undefined;
      return (document: unknown) => (serialize ??= compile(route))(document);
    };
  };
};
