import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentAnswer, AgentQuestion, AgentRequest, AgentRule } from '../driver.ts';
import { fieldAt, objectAt, objectsAt, stringAt } from '../json-line.ts';
import { rpcLine, type RpcId } from '../json-rpc.ts';
import { changeInput, commandInput, mcpTool, patchTool, shellTool } from './items.ts';

/** What codex asks and waits for. */
const methods = {
  command: 'item/commandExecution/requestApproval',
  change: 'item/fileChange/requestApproval',
  permissions: 'item/permissions/requestApproval',
  question: 'item/tool/requestUserInput',
  elicitation: 'mcpServer/elicitation/request',
} as const;

/** codex asks three at once, with three options each; the bounds are for what is none of codex's. */
const [maxQuestions, maxOptions, maxText] = [20, 50, 10_000];
const maxToolLength = 200;

const textAt = (object: JsonObject, key: string): string | null => stringAt(object, key)?.slice(0, maxText) ?? null;

const questionsOf = (params: JsonObject): AgentQuestion[] =>
  objectsAt(params, 'questions', maxQuestions).flatMap((each) => {
    const question = textAt(each, 'question');
    if (question === null || question === '') return [];
    const options = objectsAt(each, 'options', maxOptions).flatMap((option) => {
      const label = textAt(option, 'label');
      return label === null ? [] : [{ label, description: textAt(option, 'description') }];
    });
    return [{ question, header: textAt(each, 'header'), options, multiSelect: false }];
  });

/** Text and number are told apart: codex numbers what it asks. */
const requestId = (id: RpcId): string => JSON.stringify(id);
const ownId = (known: string): RpcId => {
  const id: unknown = JSON.parse(known);
  return typeof id === 'number' ? id : String(id);
};

/** A server of tools asks its user for something, which codex asks in the same way as whether a tool of it may be used. */
const isToolApproval = (params: JsonObject): boolean =>
  stringAt(objectAt(params, '_meta') ?? {}, 'codex_approval_kind') === 'mcp_tool_call';

const askedOf = (
  method: string,
  params: JsonObject,
  change: JsonObject | null,
): Pick<AgentRequest, 'tool' | 'input' | 'questions'> | null => {
  switch (method) {
    case methods.command:
      return { tool: shellTool, input: commandInput(params) };
    case methods.change: {
      const root = stringAt(params, 'grantRoot');
      return { tool: patchTool, input: { ...changeInput(change ?? {}), ...(root !== null && { grantRoot: root }) } };
    }
    case methods.permissions:
      return { tool: 'permissions', input: objectAt(params, 'permissions') ?? {} };
    case methods.question:
      return { tool: 'request_user_input', input: { questions: fieldAt(params, 'questions') ?? [] }, questions: questionsOf(params) };
    case methods.elicitation: {
      if (!isToolApproval(params)) return null;
      const meta = objectAt(params, '_meta') ?? {};
      return { tool: mcpTool(stringAt(params, 'serverName'), stringAt(meta, 'tool_name')), input: objectAt(meta, 'tool_params') ?? {} };
    }
    default:
      return null;
  }
};

/**
 * What codex asks somebody to decide; null where it asks for something else.
 * @param change - the item that it asks about, where that is a change of files: the request does not tell it
 */
export const requestOf = (id: RpcId, method: string, params: JsonObject, change: JsonObject | null): AgentRequest | null => {
  const asked = askedOf(method, params, change);
  if (asked === null) return null;
  const [reason, cwd] = [textAt(params, 'reason'), stringAt(params, 'cwd')];
  const isQuestion = asked.questions !== undefined;
  const suggestions: AgentRule[] = isQuestion ? [] : [{ tool: asked.tool, rule: null }];
  return {
    id: requestId(id),
    ...asked,
    tool: asked.tool.slice(0, maxToolLength),
    isQuestion,
    ...(isQuestion ? { isDelicate: true } : { suggestions }),
    ...(reason !== null && { reason }),
    ...(cwd !== null && { cwd }),
  };
};

/** What a server of tools asks its user, of whom there is none at hand; null where it is something else. */
export const declineOf = (id: RpcId, method: string): string | null =>
  method === methods.elicitation ? rpcLine({ id, result: { action: 'decline', content: null, _meta: null } }) : null;

/** codex waits for the answer no more, or has it. */
export const resolvedId = (params: JsonObject): string | null => {
  const id = fieldAt(params, 'requestId');
  return typeof id === 'number' || typeof id === 'string' ? requestId(id) : null;
};

const answersOf = ({ input }: AgentRequest, answers: Readonly<Record<string, string>>): object =>
  Object.fromEntries(
    objectsAt(input, 'questions', maxQuestions).flatMap((each) => {
      const [id, question] = [stringAt(each, 'id'), textAt(each, 'question')];
      const answer = question === null || !Object.hasOwn(answers, question) ? undefined : answers[question];
      return id === null || answer === undefined ? [] : [[id, { answers: [answer] }]];
    }),
  );

const resultOf = (request: AgentRequest, answer: AgentAnswer): object => {
  const allowed = answer.decision === 'allow';
  const gaveUp = answer.decision === 'deny' && answer.interrupt === true;
  if (request.isQuestion) return { answers: allowed ? answersOf(request, answer.answers ?? {}) : {} };
  if (request.tool === 'permissions') return { permissions: allowed ? request.input : {}, scope: 'turn' };
  if (request.tool.startsWith('mcp__'))
    return { action: allowed ? 'accept' : gaveUp ? 'cancel' : 'decline', content: allowed ? {} : null, _meta: null };
  return { decision: allowed ? 'accept' : gaveUp ? 'cancel' : 'decline' };
};

/** The answer to what it asked. What is allowed is done as it was asked: codex takes nothing else in its place. */
export const answerOf = (request: AgentRequest, answer: AgentAnswer): string =>
  rpcLine({ id: ownId(request.id), result: resultOf(request, answer) });
