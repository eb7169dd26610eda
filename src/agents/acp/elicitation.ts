import type { CreateElicitationResponse, ElicitationContentValue } from '@agentclientprotocol/sdk';
import { isObject, type JsonObject } from '../../domain/json-object.ts';
import type { AgentAnswer, AgentQuestion, AgentRequest } from '../driver.ts';
import { fieldAt, objectAt, objectsAt, stringAt } from '../json-line.ts';
import { ownId } from './permission.ts';
import { response } from './wire.ts';

/** An agent asks a few at once; the bounds are for what is none of an agent's. */
const [maxQuestions, maxOptions, maxText] = [20, 50, 10_000];

const textAt = (object: JsonObject, key: string): string | null => stringAt(object, key)?.slice(0, maxText) ?? null;
const textsAt = (object: JsonObject, key: string): string[] => {
  const value = fieldAt(object, key);
  return Array.isArray(value) ? value.slice(0, maxOptions).filter((each): each is string => typeof each === 'string') : [];
};

interface Option {
  label: string;
  value: string | boolean;
  description: string | null;
}

/** What can be answered, of a property of the form: the options of a select, or of one that takes several. */
const optionsOf = (property: JsonObject): Option[] => {
  if (stringAt(property, 'type') === 'boolean')
    return [
      { label: 'Yes', value: true, description: null },
      { label: 'No', value: false, description: null },
    ];
  const items = objectAt(property, 'items') ?? property;
  const titled = [...objectsAt(items, 'oneOf', maxOptions), ...objectsAt(items, 'anyOf', maxOptions)].flatMap((each): Option[] => {
    const value = textAt(each, 'const');
    return value === null ? [] : [{ label: textAt(each, 'title') ?? value, value, description: textAt(each, 'description') }];
  });
  return titled.length > 0 ? titled : textsAt(items, 'enum').map((value) => ({ label: value, value, description: null }));
};

interface Field {
  name: string;
  property: JsonObject;
  question: AgentQuestion;
}

/** The properties of the form as questions. Two of the same words are told apart by their names. */
const fieldsOf = (params: JsonObject): Field[] => {
  const schema = objectAt(params, 'requestedSchema') ?? {};
  const message = textAt(params, 'message')?.trim() ?? '';
  const properties = Object.entries(objectAt(schema, 'properties') ?? {})
    .slice(0, maxQuestions)
    .flatMap(([name, property]) => (isObject(property) ? [{ name: name.slice(0, maxText), property }] : []));
  const asked = new Set<string>();
  return properties.map(({ name, property }) => {
    const own = textAt(property, 'description') ?? textAt(property, 'title') ?? name;
    const words = properties.length === 1 && message !== '' ? message : own;
    const question = asked.has(words) ? `${words} (${name})` : words;
    asked.add(question);
    const options = optionsOf(property).map(({ label, description }) => ({ label, description }));
    return {
      name,
      property,
      question: { question, header: textAt(property, 'title') ?? name, options, multiSelect: stringAt(property, 'type') === 'array' },
    };
  });
};

/** What an agent asks its user by a form; null for one that is none, such as an address to be opened. */
export const elicitationRequest = (id: string, params: JsonObject, cwd: string): AgentRequest | null => {
  const mode = stringAt(params, 'mode') ?? 'form';
  const fields = fieldsOf(params);
  if (mode !== 'form' || fields.length === 0) return null;
  const tool = 'a question';
  return { id, tool, input: params, isQuestion: true, questions: fields.map(({ question }) => question), isDelicate: true, cwd };
};

const valueOf = (property: JsonObject, text: string): ElicitationContentValue => {
  const options = optionsOf(property);
  const named = (label: string): Option | undefined => options.find((each) => each.label.toLowerCase() === label.trim().toLowerCase());
  switch (stringAt(property, 'type')) {
    case 'array':
      return text.split(',').map((each) => String(named(each)?.value ?? each.trim()));
    case 'boolean':
      return named(text)?.value === true || /^(?:true|y|1|ok)$/i.test(text.trim());
    case 'integer':
    case 'number': {
      const number = Number(text.trim());
      return text.trim() !== '' && Number.isFinite(number) ? number : text;
    }
    default:
      return named(text)?.value ?? text;
  }
};

/** The answer to a form: what was answered, each by the name of its property; or that nobody answers. */
export const elicitationAnswer = ({ id, input }: AgentRequest, answer: AgentAnswer): string => {
  const answers = answer.decision === 'allow' ? (answer.answers ?? {}) : {};
  const content = fieldsOf(input).flatMap(({ name, property, question: { question } }): [string, ElicitationContentValue][] => {
    const text = Object.hasOwn(answers, question) ? answers[question] : undefined;
    return text === undefined ? [] : [[name, valueOf(property, text)]];
  });
  const said: CreateElicitationResponse =
    answer.decision === 'allow' ? { action: 'accept', content: Object.fromEntries(content) } : { action: 'decline' };
  return response(ownId(id), said);
};

/** The answer to a form whose turn is given up. */
export const cancelledElicitation = (id: string): string => response(ownId(id), { action: 'cancel' });
