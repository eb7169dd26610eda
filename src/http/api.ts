import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ErrorCode } from '../errors.ts';
import type { Actions } from '../tasks/actions.ts';
import type { StreamSlots } from './streams/stream-slots.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer may take as long as the client wants to wait. */
    long?: boolean;
    /** The codes that this route's action answers with, besides those that every route has. */
    errors?: readonly ErrorCode[];
  }
}

/** The instance that routes are added to: request types come from the schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Answers one request of the Model Context Protocol. */
export type AnswerMcp = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** What a route reaches. */
export interface RouteTools {
  actions: Actions;
  streams: StreamSlots;
  /** Fires when open answers have to end: the daemon drains or the server closes. */
  ending: AbortSignal;
  /** Whether a new request would be served. */
  isReady: () => boolean;
  /** The text of openapi.yaml. @param outerPath - what a proxy took off the front of the path */
  openapiYaml: (outerPath: string) => string;
  /** The same as an object. */
  openapiJson: (outerPath: string) => object;
  /** The text of asyncapi.yaml. */
  asyncapiYaml: (outerPath: string) => Promise<string>;
  metrics: () => Promise<{ contentType: string; text: string }>;
  /** Answers a request of the Model Context Protocol. */
  answerMcp: AnswerMcp;
}

/** Adds the routes of one resource, with paths below those of its scope. */
export type ResourceRoutes = (api: Api, tools: RouteTools) => void;
