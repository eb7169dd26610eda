import { Type } from '@sinclair/typebox';
import { answer, textAnswer } from '../src/http/answers/shapes.ts';
import type { ResourceRoutes } from '../src/http/api.ts';

/** The contract, for programs. */
export const documentRoutes: ResourceRoutes = (api, { openapiJson, openapiYaml, asyncapiYaml }) => {
  api.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'openapiJson',
        summary: 'This document as JSON',
        tags: ['Service'],
        response: { 200: answer('The document', Type.Object({}, { additionalProperties: true })) },
      },
    },
    async ({ outerPath }, reply) => reply.type('application/json; charset=utf-8').send(JSON.stringify(openapiJson(outerPath))),
  );

  api.get(
    '/openapi.yaml',
    {
      schema: {
        operationId: 'openapiYaml',
        summary: 'This document as YAML',
        tags: ['Service'],
        response: { 200: textAnswer('The document', 'application/yaml') },
      },
    },
    async ({ outerPath }, reply) => reply.type('application/yaml; charset=utf-8').send(openapiYaml(outerPath)),
  );

  api.get(
    '/asyncapi.yaml',
    {
      schema: {
        operationId: 'asyncapiYaml',
        summary: 'The frames of the WebSocket as an AsyncAPI document',
        tags: ['Service'],
        response: { 200: textAnswer('The document', 'application/yaml') },
      },
    },
    async ({ outerPath }, reply) => reply.type('application/yaml; charset=utf-8').send(await asyncapiYaml(outerPath)),
  );
};
