import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentLaunch } from '../driver.ts';
import { fieldAt, objectAt, objectsAt, stringAt, typeOf } from '../json-line.ts';
import { request } from './wire.ts';

/** One of what an agent lets be chosen. */
interface Offer {
  value: string;
  name: string;
}

/** What can be chosen of one kind, and how. */
interface Choice {
  offers: readonly Offer[];
  current: string | null;
  /** It takes what it does not offer, too, as far as it knows that. */
  isOpen?: boolean;
  choose: (id: string, value: string) => string;
}

/** Something to be set before the session takes messages. */
export interface Setting {
  /** Of the request. */
  id: string;
  bytes: string;
  /** What is asked for, in words; null where the run goes on without it. */
  wanted: string | null;
}

const maxOffers = 1000;
/** How many of them are named to somebody who asked for another one. */
const maxNamed = 40;

const offersIn = (list: readonly JsonObject[], key: string): Offer[] =>
  list.flatMap((each) => {
    const value = stringAt(each, key);
    return value === null ? [] : [{ value, name: stringAt(each, 'name') ?? value }];
  });

/** The options of a select, which may stand in groups. */
const optionsOf = (option: JsonObject): Offer[] =>
  objectsAt(option, 'options', maxOffers).flatMap((each) =>
    stringAt(each, 'group') === null ? offersIn([each], 'value') : offersIn(objectsAt(each, 'options', maxOffers), 'value'),
  );

type Category = 'model' | 'mode' | 'thought_level';

/** An option of the session by its category, which an agent need not tell: then by its id. */
const configured = (session: JsonObject, sessionId: string, category: Category): Choice | null => {
  const selects = objectsAt(session, 'configOptions', maxOffers).filter((each) => typeOf(each) === 'select');
  const option =
    selects.find((each) => stringAt(each, 'category') === category) ??
    selects.find((each) => fieldAt(each, 'category') === undefined && stringAt(each, 'id') === category);
  const configId = option && stringAt(option, 'id');
  if (!option || !configId) return null;
  return {
    offers: optionsOf(option),
    current: stringAt(option, 'currentValue'),
    choose: (id, value) => request(id, 'session/set_config_option', { sessionId, configId, value }),
  };
};

const models = (session: JsonObject, sessionId: string): Choice | null => {
  const state = objectAt(session, 'models');
  if (state === null) return null;
  return {
    offers: offersIn(objectsAt(state, 'availableModels', maxOffers), 'modelId'),
    current: stringAt(state, 'currentModelId'),
    isOpen: true,
    choose: (id, modelId) => request(id, 'session/set_model', { sessionId, modelId }),
  };
};

const modes = (session: JsonObject, sessionId: string): Choice | null => {
  const state = objectAt(session, 'modes');
  if (state === null) return null;
  return {
    offers: offersIn(objectsAt(state, 'availableModes', maxOffers), 'id'),
    current: stringAt(state, 'currentModeId'),
    choose: (id, modeId) => request(id, 'session/set_mode', { sessionId, modeId }),
  };
};

/** The one that somebody means: by its value, its name, or the last part of a value that only one has: `gpt-5` of `openai/gpt-5`. */
const meant = (offers: readonly Offer[], asked: string): string | null => {
  const exact = offers.find(({ value }) => value === asked) ?? offers.find(({ name }) => name.toLowerCase() === asked.toLowerCase());
  if (exact) return exact.value;
  const ending = offers.filter(({ value }) => value.endsWith(`/${asked}`));
  return ending.length === 1 ? (ending[0]?.value ?? null) : null;
};

const named = (offers: readonly Offer[]): string => {
  const shown = offers.slice(0, maxNamed).map(({ value }) => value.slice(0, 100));
  const more = offers.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
};

const wantedOne = (what: string, choice: Choice | null, asked: string | null): Setting[] | string => {
  if (asked === null) return [];
  const words = `the ${what} ${JSON.stringify(asked)}`;
  if (choice === null || choice.offers.length === 0)
    return `The agent lets no ${what} be chosen, so it cannot work with ${words}: leave ${what} out`;
  const value = meant(choice.offers, asked) ?? (choice.isOpen === true ? asked : null);
  if (value === null) return `The agent does not have ${words}: it has ${named(choice.offers)}`;
  const wanted = choice.isOpen === true ? `${words} (it names ${named(choice.offers)})` : words;
  return value === choice.current ? [] : [{ id: `set ${what}`, bytes: choice.choose(`set ${what}`, value), wanted }];
};

/** What agents call a mode in which they ask nobody, the most telling first; some name a mode by an address that ends in it. */
const unasked = [/^(?:yolo|bypass-?permissions|(?:danger-?)?full-?access|auto-?pilot|autonomous)$/i, /^auto$/i];
/** … and the one in which they ask. */
const asking = [/^(?:default|ask|approve|manual)$/i, /^(?:agent|build|code)$/i];
const nameOf = (value: string): string => value.slice(value.lastIndexOf('#') + 1);

/** The mode that fits whether it is to ask. Where it has none such, what it asks is answered; in its own mode it stays where that asks. */
const modeFor = ({ offers, current, choose }: Choice, actsUnasked: boolean): Setting[] => {
  const isUnasked = current !== null && unasked.some((each) => each.test(nameOf(current)));
  if (isUnasked === actsUnasked) return [];
  const value = (actsUnasked ? unasked : asking).flatMap((each) => offers.find((offer) => each.test(nameOf(offer.value))) ?? [])[0]?.value;
  return value === undefined
    ? []
    : [{ id: 'set mode', bytes: choose('set mode', value), wanted: actsUnasked ? null : 'a mode in which it asks' }];
};

/**
 * What is to be set of a session, by what it offers: its `configOptions`, else the `models` and `modes` that came before those.
 * @param session - the answer that began it
 * @returns why it cannot be, where somebody asked for what there is not
 */
export const settingsOf = (session: JsonObject, sessionId: string, launch: AgentLaunch, actsUnasked: boolean): Setting[] | string => {
  const model = wantedOne('model', configured(session, sessionId, 'model') ?? models(session, sessionId), launch.model);
  if (typeof model === 'string') return model;
  const effort = wantedOne('effort', configured(session, sessionId, 'thought_level'), launch.effort);
  if (typeof effort === 'string') return effort;
  const mode = configured(session, sessionId, 'mode') ?? modes(session, sessionId);
  return [...model, ...effort, ...(mode === null ? [] : modeFor(mode, actsUnasked))];
};
