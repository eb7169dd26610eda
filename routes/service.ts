import { Type } from '@sinclair/typebox';
import { Health } from '../schemas/answers.ts';
import { ref } from '../schemas/common.ts';
import { Info } from '../schemas/info.ts';
import { MakimaError } from '../src/errors.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { answer, textAnswer } from '../src/http/answers/shapes.ts';

/** The daemon itself: whether it lives, what it has, what it offers. */
export const serviceRoutes: ResourceRoutes = (api, { actions, isReady, metrics, openapiJson, openapiYaml }, base) => {
  api.get(
    '/healthz',
    {
      config: { open: true, always: true },
      schema: {
        operationId: 'healthz',
        summary: 'Whether the process lives',
        tags: ['Service'],
        response: { 200: answer('It does', ref(Health)) },
      },
    },
    async (_request, reply) => reply.send({ status: 'ok' }),
  );

  api.get(
    '/readyz',
    {
      config: { open: true, always: true, errors: ['NOT_READY'] },
      schema: {
        operationId: 'readyz',
        summary: 'Whether it takes requests',
        tags: ['Service'],
        response: { 200: answer('It does', ref(Health)) },
      },
    },
    async (_request, reply) => {
      if (!isReady()) throw new MakimaError('NOT_READY');
      return reply.send({ status: 'ok' });
    },
  );

  api.get(
    '/metrics',
    {
      config: { ownerOnly: true },
      schema: {
        operationId: 'metrics',
        summary: 'Measurements for Prometheus',
        tags: ['Service'],
        response: { 200: textAnswer('The measurements', 'text/plain') },
      },
    },
    async (_request, reply) => {
      const { contentType, text } = await metrics();
      return reply.type(contentType).send(text);
    },
  );

  api.get(
    '/openapi.json',
    {
      config: { open: true },
      schema: {
        operationId: 'openapiJson',
        summary: 'This document as JSON',
        tags: ['Service'],
        response: { 200: answer('The document', Type.Object({}, { additionalProperties: true })) },
      },
    },
    async (_request, reply) => reply.type('application/json; charset=utf-8').send(JSON.stringify(openapiJson())),
  );

  api.get(
    '/openapi.yaml',
    {
      config: { open: true },
      schema: {
        operationId: 'openapiYaml',
        summary: 'This document as YAML',
        tags: ['Service'],
        response: { 200: textAnswer('The document', 'application/yaml') },
      },
    },
    async (_request, reply) => reply.type('application/yaml; charset=utf-8').send(openapiYaml()),
  );

  api.get(
    `${base}/info`,
    {
      config: { ownerOnly: true },
      schema: {
        operationId: 'getInfo',
        summary: 'Version, agents found, limits and counts',
        tags: ['Service'],
        response: { 200: answer('The daemon', ref(Info)) },
      },
    },
    async (_request, reply) => reply.send(await actions.info()),
  );
};
