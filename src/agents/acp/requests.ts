import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentRequest, AgentSignal } from '../driver.ts';
import { fieldAt, objectAt, stringAt } from '../json-line.ts';
import type { RpcMessage } from '../json-rpc.ts';
import { elicitationRequest } from './elicitation.ts';
import { permissionAnswer, permissionRequest, requestId } from './permission.ts';
import { refusal, told } from './wire.ts';

/** Calls of one turn of which it is remembered what they are. */
const maxCalls = 1000;
/** … and how much of them all, in characters of their lines. What is asked of one that is not remembered tells itself what it is. */
const maxRemembered = 32 * 1024 * 1024;
/** Requests that are kept of one turn, far beyond what one has. */
const maxOpen = 1000;
/** An agent that asks for what is not offered asks a few times; one that goes on is not heard any more. */
const maxRefusals = 500;
/** … and one that is let at once, as often as a long run has tools. */
const maxLet = 50_000;

/** What an agent asks of its client. */
export interface Requests {
  /** @returns what is to be decided, or said at once; null where nothing is */
  take(message: RpcMessage & { kind: 'request' }): AgentSignal | null;
  /**
   * A `session/update` of this session; null where it is another's. What it tells of calls is remembered.
   * @param length - of its line
   */
  updateOf(params: JsonObject, sessionId: string | null, length: number): JsonObject | null;
  /** What a notification takes back. */
  withdrawn(message: RpcMessage & { kind: 'notification' }): AgentSignal[];
  /** It has its answer. */
  answered(id: string): void;
  /** The turn has ended. */
  forget(): void;
  readonly open: readonly AgentRequest[];
}

/** A field of null in an update is one that stays as it is. */
const withoutNulls = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

/** @param actsUnasked - what is asked is allowed at once, but a question to the user */
export const createRequests = (cwd: string, actsUnasked: boolean): Requests => {
  const calls = new Map<string, { call: JsonObject; length: number }>();
  let remembered = 0;
  const open = new Map<string, AgentRequest>();
  let count = 0;
  let refusals = 0;
  let lets = 0;

  const drop = (id: string): void => {
    remembered -= calls.get(id)?.length ?? 0;
    calls.delete(id);
  };

  const remember = (update: JsonObject, more: number): void => {
    const kind = stringAt(update, 'sessionUpdate');
    const id = stringAt(update, 'toolCallId');
    if (id === null || (kind !== 'tool_call' && kind !== 'tool_call_update')) return;
    const status = stringAt(update, 'status');
    const known = calls.get(id);
    const length = more + (known?.length ?? 0);
    // Nothing is asked of a call that is over.
    const isOver = status === 'completed' || status === 'failed';
    drop(id);
    // One of which a part is not remembered would be shown as it is no more.
    if (isOver || calls.size >= maxCalls || remembered + length > maxRemembered) return;
    remembered += length;
    calls.set(id, { call: { ...known?.call, ...withoutNulls(update) }, length });
  };

  const toDecide = (id: string, { method, params }: RpcMessage & { kind: 'request' }): AgentRequest | null => {
    if (method === told.elicitation) return elicitationRequest(id, params, cwd);
    if (method !== told.permission) return null;
    const call = stringAt(objectAt(params, 'toolCall') ?? {}, 'toolCallId');
    return permissionRequest(id, params, (call !== null && calls.get(call)?.call) || null, cwd);
  };

  return {
    take(message) {
      const id = requestId((count += 1), message.id);
      const asked = toDecide(id, message);
      if (asked === null) return (refusals += 1) > maxRefusals ? null : { kind: 'reply', id, bytes: refusal(message.id, message.method) };
      if (actsUnasked && !asked.isQuestion)
        return (lets += 1) > maxLet ? null : { kind: 'reply', id, bytes: permissionAnswer(asked, { decision: 'allow' }) };
      if (open.size < maxOpen) open.set(id, asked);
      return { kind: 'asked', request: asked };
    },
    updateOf(params, sessionId, length) {
      const of = stringAt(params, 'sessionId');
      const update = objectAt(params, 'update');
      if (update === null || (sessionId !== null && of !== null && of !== sessionId)) return null;
      remember(update, length);
      return update;
    },
    withdrawn({ method, params }) {
      if (method !== '$/cancel_request') return [];
      const taken = fieldAt(params, 'requestId');
      if (typeof taken !== 'string' && typeof taken !== 'number') return [];
      const id = JSON.stringify(taken);
      const found = [...open.keys()].find((known) => known.endsWith(`: ${id}`));
      if (found === undefined) return [];
      open.delete(found);
      return [{ kind: 'withdrawn', requestId: found }];
    },
    answered: (id) => void open.delete(id),
    forget() {
      open.clear();
      calls.clear();
      remembered = 0;
    },
    get open() {
      return [...open.values()];
    },
  };
};
