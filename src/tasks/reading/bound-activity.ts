import type { AgentActivity } from '../../agents/driver.ts';
import { plainText } from '../../../words/plain-text.ts';

/** What is told of an activity: whoever wants more reads its line. Lengths are in characters. */
const maxText = 32_000;
const maxInputText = 4_000;
const maxItems = 100;
const maxDepth = 6;
const maxName = 200;

/** An activity of which no part is longer than a client must expect. */
export interface BoundActivity extends Omit<AgentActivity, 'isContinued'> {
  isCut: boolean;
}

/** Cuts values, and notes whether it had to. */
class Knife {
  isCut = false;

  text(text: string, max: number): string {
    if (text.length <= max) return text;
    this.isCut = true;
    return text.slice(0, max).toWellFormed();
  }

  #some<T>(items: readonly T[]): readonly T[] {
    if (items.length > maxItems) this.isCut = true;
    return items.slice(0, maxItems);
  }

  fields(object: object, depth = 0): Record<string, unknown> {
    return Object.fromEntries(
      this.#some(Object.entries(object)).map(([name, value]) => [this.text(name, maxName), this.#value(value, depth + 1)]),
    );
  }

  #value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value, maxInputText);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= maxDepth) {
      this.isCut = true;
      return null;
    }
    return Array.isArray(value) ? this.#some<unknown>(value).map((item) => this.#value(item, depth + 1)) : this.fields(value, depth);
  }
}

/** The activity with what is too long cut, and its words without what steers a terminal. */
export const boundActivity = ({ kind, text, tool, callId, parentCallId, isError }: AgentActivity): BoundActivity => {
  const knife = new Knife();
  const bound = {
    kind,
    text: text === null ? null : plainText(knife.text(text, maxText)),
    tool: tool && { name: plainText(knife.text(tool.name, maxName)), input: knife.fields(tool.input) },
    callId: callId && knife.text(callId, maxName),
    parentCallId: parentCallId && knife.text(parentCallId, maxName),
    isError,
  };
  return { ...bound, isCut: knife.isCut };
};
