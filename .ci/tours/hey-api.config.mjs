/** As docs/api.md says it: a stream of events is an iterator of the shape that its x-itemSchema is. */
export default {
  input: process.env.DOCUMENT,
  output: 'generated/hey-api',
  plugins: ['@hey-api/client-fetch', '@hey-api/sdk', '@hey-api/typescript'],
  parser: {
    patch: {
      operations: (_method, _path, operation) => {
        for (const { content = {} } of Object.values(operation.responses))
          for (const media of Object.values(content)) if (media['x-itemSchema']) media.schema = media['x-itemSchema'];
      },
    },
  },
};
