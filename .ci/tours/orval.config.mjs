/** As docs/api.md says it: the JSON form of each answer. */
export default {
  makima: {
    input: process.env.DOCUMENT,
    output: {
      target: './generated/orval.ts',
      client: 'fetch',
      override: { contentType: { include: ['application/json', 'text/event-stream'] }, mutator: { path: './call.ts', name: 'call' } },
    },
  },
};
