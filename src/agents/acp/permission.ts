import type { PermissionOptionKind, RequestPermissionOutcome } from '@agentclientprotocol/sdk';
import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentAnswer, AgentRequest } from '../driver.ts';
import { objectAt, objectsAt, stringAt } from '../json-line.ts';
import { nameOfCall, inputOfCall } from './tool-call.ts';
import { response } from './wire.ts';

/** Agents offer two to five, by a word each; the bounds are for what is none of theirs. */
const [maxChoices, maxIdLength, maxNameLength] = [50, 1000, 1000];

type AgentChoice = NonNullable<AgentRequest['choices']>[number];

/** The request's own id stands in the one that it is known by, so that an answer needs no memory of it. */
export const requestId = (count: number, id: string | number): string => `asked ${count}: ${JSON.stringify(id)}`;
export const ownId = (known: string): string | number => {
  const id: unknown = JSON.parse(known.slice(known.indexOf(': ') + 2));
  return typeof id === 'number' ? id : String(id);
};

const choicesOf = (params: JsonObject): AgentChoice[] =>
  objectsAt(params, 'options', maxChoices).flatMap((each) => {
    const [id, kind] = [stringAt(each, 'optionId'), stringAt(each, 'kind')];
    if (id === null || id.length > maxIdLength || kind === null) return [];
    return [{ id, kind, name: (stringAt(each, 'name') ?? kind).slice(0, maxNameLength) }];
  });

/**
 * A `session/request_permission` as what is to be decided.
 * @param known - what was told of the call before
 */
export const permissionRequest = (id: string, params: JsonObject, known: JsonObject | null, cwd: string): AgentRequest => {
  const asked = objectAt(params, 'toolCall') ?? {};
  const call = { ...known, ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null)) };
  const tool = nameOfCall(call);
  return { id, tool, input: inputOfCall(call), isQuestion: false, choices: choicesOf(params), suggestions: [{ tool, rule: null }], cwd };
};

/** What is decided is decided once: what is remembered makima itself remembers, and can forget. */
const order: Readonly<Record<AgentAnswer['decision'], readonly PermissionOptionKind[]>> = {
  allow: ['allow_once', 'allow_always'],
  deny: ['reject_once', 'reject_always'],
};

const chosen = (choices: readonly AgentChoice[], decision: AgentAnswer['decision']): RequestPermissionOutcome => {
  const choice = order[decision].flatMap((kind) => choices.find((each) => each.kind === kind) ?? [])[0];
  // Without one that says no it is told that nobody has chosen, which it has to take for one.
  return choice === undefined ? { outcome: 'cancelled' } : { outcome: 'selected', optionId: choice.id };
};

/** The answer to a permission request. None has a place for words, nor for an input in the place of the agent's: that is a no. */
export const permissionAnswer = ({ id, choices = [] }: AgentRequest, answer: AgentAnswer): string => {
  const decision = answer.decision === 'allow' && answer.input !== undefined ? 'deny' : answer.decision;
  return response(ownId(id), { outcome: chosen(choices, decision) });
};

/** The answer to a request whose turn is given up, as the protocol demands it. */
export const cancelledAnswer = (id: string): string => response(ownId(id), { outcome: { outcome: 'cancelled' } });
