import { ProtocolError, ProtocolErrorCode, McpServer, type ServerContext, type Tool as ListedTool } from '@modelcontextprotocol/server';
import { toolArguments } from '../../schemas/mcp/arguments.ts';
import { closestName } from '../domain/names/closest-name.ts';
import { toMakimaError } from '../http/answers/error-answers.ts';
import type { Actions, Caller } from '../tasks/actions.ts';
import { version } from '../version.ts';
import { toErrorResult, toResult } from './answers/results.ts';
import { instructions } from './instructions.ts';
import type { MakeReader, Tool, ToolCall } from './tool.ts';
import { tools } from './tools/index.ts';
import { boundCalls } from './under-way.ts';

/** Who calls, by one request. */
export interface Visitor {
  caller: Caller;
  /** What stands in front of our paths for it. */
  prefix: string;
  /** Whether it is told how far a call is, where it has asked for that. */
  toldProgress: boolean;
  /** Told of what went wrong and is no refusal. @param tool - in which it did; null where in none */
  report: (error: Error, tool: string | null) => void;
}

export interface ServerParts {
  actions: Actions;
  makeReader: MakeReader;
  /** The most calls of tools that are under way at once. */
  maxCalls: number;
  /** Fires when the daemon ends. */
  ending: AbortSignal;
}

/** A schema as JSON: the same without what TypeBox has in it for itself. */
const plainSchema = (schema: object): ListedTool['inputSchema'] => ({ ...structuredClone(schema), type: 'object' });

const listed = (): ListedTool[] =>
  tools.map(({ name, title, description, hints }) => ({
    name,
    title,
    description,
    inputSchema: plainSchema(toolArguments[name]),
    annotations: { title, openWorldHint: false, readOnlyHint: false, ...hints },
  }));

/** What of a name that is none of a tool's is said again, in characters. */
const maxName = 100;

const unknownTool = (name: string): ProtocolError => {
  const closest = closestName(
    name,
    tools.map((tool) => tool.name),
  );
  const meant = closest === null ? '' : ` (did you mean ${closest}?)`;
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `There is no tool ${JSON.stringify(name.slice(0, maxName).toWellFormed())}${meant}`,
  );
};

/** Tells how far a call is, to a client that has asked for it. One that has left is told nothing. */
const progressOf = ({ mcpReq }: ServerContext): ToolCall['progress'] => {
  const token = mcpReq._meta?.progressToken;
  if (token === undefined) return null;
  return (progress, total, message) => {
    if (mcpReq.signal.aborted) return;
    mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress, total, message } }).catch(() => undefined);
  };
};

/** Fires with the first of two, of which the second lives as long as the daemon: nothing of a call is to stay with it. */
const either = (one: AbortSignal, lasting: AbortSignal): { signal: AbortSignal; release: () => void } => {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const each of [one, lasting]) {
    if (each.aborted) abort();
    else each.addEventListener('abort', abort, { once: true });
  }
  return { signal: controller.signal, release: () => lasting.removeEventListener('abort', abort) };
};

const noValidator = {
  getValidator: (): never => {
    throw new Error('Nobody is asked anything');
  },
};

/**
 * Makes the server of one exchange: the protocol keeps nothing between two. What is the same for all is made once.
 * @returns makes one for whoever calls
 */
export const serverMaker = ({ actions, makeReader, maxCalls, ending }: ServerParts): ((visitor: Visitor) => McpServer) => {
  const list = listed();
  const calls = new Map<string, ReturnType<Tool['open']>>();
  const callOf = (name: string): ReturnType<Tool['open']> => {
    const known = calls.get(name);
    if (known) return known;
    const found = tools.find((tool) => tool.name === name);
    if (!found) throw unknownTool(name);
    const call = found.open(makeReader);
    calls.set(name, call);
    return call;
  };
  const begin = boundCalls(maxCalls);

  return ({ caller, prefix, toldProgress, report }) => {
    const served = new McpServer(
      { name: 'makima', title: 'makima', version },
      { capabilities: { tools: { listChanged: false } }, instructions, jsonSchemaValidator: noValidator },
    );
    // Not by its own registry of tools: that would word what does not fit a schema, and be made anew for each request.
    const { server } = served;
    server.setRequestHandler('tools/list', () => ({ tools: list }));
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const call = callOf(params.name);
      const { signal, release } = either(context.mcpReq.signal, ending);
      let end: (() => void) | null = null;
      try {
        end = begin(caller);
        return toResult(
          await call({ actions, caller, signal, progress: toldProgress ? progressOf(context) : null }, params.arguments ?? {}),
        );
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        const refusal = toMakimaError(error);
        if (refusal.statusCode >= 500) report(error, params.name);
        return toErrorResult(refusal, prefix);
      } finally {
        release();
        end?.();
      }
    });
    return served;
  };
};
