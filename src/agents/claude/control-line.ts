import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentQuestion, AgentRequest, AgentSignal } from '../driver.ts';
import { fieldAt, objectAt, objectsAt, stringAt } from '../json-line.ts';
import { suggestedRules } from './remembered-rule.ts';

/** UUIDs in practice; what is longer could not be answered as a file's name has it. */
const maxIdLength = 200;
const maxToolLength = 200;

const questionTool = 'AskUserQuestion';
/** claude asks four at once, with four options each; the bounds are for what is none of claude's. */
const [maxQuestions, maxOptions, maxText] = [20, 50, 10_000];

const textAt = (object: JsonObject, key: string): string | null => stringAt(object, key)?.slice(0, maxText) ?? null;

const questionsOf = (input: JsonObject): AgentQuestion[] =>
  objectsAt(input, 'questions', maxQuestions).flatMap((each) => {
    const question = textAt(each, 'question');
    if (question === null || question === '') return [];
    const options = objectsAt(each, 'options', maxOptions).flatMap((option) => {
      const label = textAt(option, 'label');
      return label === null ? [] : [{ label, description: textAt(option, 'description') }];
    });
    return [{ question, header: textAt(each, 'header'), options, multiSelect: fieldAt(each, 'multiSelect') === true }];
  });

/**
 * A `control_request` asks for what stdin answers (stdin.ts): of its kinds `can_use_tool` alone is one that somebody has to decide.
 * 2.1.100 does not say which of them are questions to the user; 2.1.330 says so of the approval of a plan, too.
 * @param cwd - where the session goes on, as its last `init` has it
 */
export const requestOf = (line: JsonObject, cwd: string | null): AgentSignal[] => {
  const asked = objectAt(line, 'request') ?? {};
  const [id, named] = [stringAt(line, 'request_id'), stringAt(asked, 'tool_name')];
  if (stringAt(asked, 'subtype') !== 'can_use_tool' || id === null || id === '' || id.length > maxIdLength) return [];
  const tool = (named ?? 'a tool').slice(0, maxToolLength);
  const input = objectAt(asked, 'input') ?? {};
  const questions = tool === questionTool ? questionsOf(input) : [];
  const isQuestion = fieldAt(asked, 'requires_user_interaction') === true || tool === questionTool;
  const isSafetyCheck = stringAt(asked, 'decision_reason_type') === 'safetyCheck' || fieldAt(asked, 'suppress_always_allow_rule') === true;
  const reason = textAt(asked, 'decision_reason');
  const request: AgentRequest = {
    id,
    tool,
    input,
    isQuestion,
    ...(questions.length > 0 && { questions }),
    ...((isQuestion || isSafetyCheck) && { isDelicate: true }),
    ...(reason !== null && { reason }),
    ...(cwd !== null && { cwd }),
  };
  const suggestions = suggestedRules(asked, request);
  return [{ kind: 'asked', request: { ...request, ...(suggestions.length > 0 && { suggestions }) } }];
};

/** After an interrupt claude waits for the answer no more. */
export const withdrawalOf = (line: JsonObject): AgentSignal[] => {
  const requestId = stringAt(line, 'request_id');
  return requestId === null ? [] : [{ kind: 'withdrawn', requestId }];
};
