import { tellingOf } from '../../../words/activity.ts';
import { firstLine } from '../../../words/first-line.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { stringAt } from '../json-line.ts';
import { toolOf, wasDeclined } from './items.ts';

/** What became of the tools that the agent of a run tried. */
export interface DenialTally {
  /** Takes an item that has ended into account. */
  take(item: JsonObject): void;
  /** What was not let, in words, each once. */
  readonly denied: readonly string[];
  /** Tools were tried, and none of them was let do anything. */
  readonly allDenied: boolean;
}

const maxNamed = 20;
const maxWhat = 100;

export const denialTally = (): DenialTally => {
  const named = new Set<string>();
  let [tried, refused] = [0, 0];
  return {
    take(item) {
      const tool = toolOf(item);
      if (tool === null || stringAt(item, 'status') === null) return;
      tried += 1;
      if (!wasDeclined(item)) return;
      refused += 1;
      const what = tellingOf(tool.input);
      if (named.size < maxNamed) named.add(what === null ? tool.name : `${tool.name} (${firstLine(what, maxWhat)})`);
    },
    get denied() {
      return [...named];
    },
    get allDenied() {
      return tried > 0 && refused === tried;
    },
  };
};
