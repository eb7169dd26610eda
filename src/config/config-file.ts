import { readFileSync } from 'node:fs';
import { isObject } from '../domain/json-object.ts';
import { messageOf } from '../errors.ts';
import { isMissing } from '../files/failure.ts';

/** A value that is wrong, as a message shows it. */
export const show = (raw: unknown): string => {
  const text = JSON.stringify(raw);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

/** What stands in config.json; nothing where there is none. Whatever is wrong with it goes to the problems. */
export const readConfigFile = (file: string, problems: string[]): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    if (isObject(value)) return { ...value };
    problems.push(`${file} holds ${show(value)}: it must be a JSON object, such as {"port": 8081}`);
  } catch (error) {
    // No file, or a home that is none: whoever opens the home says that.
    if (isMissing(error)) return {};
    problems.push(`${file} cannot be read as JSON (${messageOf(error)}): correct or remove it`);
  }
  return {};
};
