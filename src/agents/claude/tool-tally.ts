import { firstLine } from '../../../words/first-line.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { fieldAt, objectAt, objectsAt, stringAt, typeOf } from '../json-line.ts';

/** What became of the tools that the agent of a run tried, its subagents' too. */
export interface ToolTally {
  /** Takes a line into account. */
  take(type: string | null, line: JsonObject): void;
  /** The tools that were denied, each once and with the reason of its first denial. */
  readonly denied: readonly string[];
  /** Tools were tried, and none of them was let do anything. */
  readonly allDenied: boolean;
}

/** Calls without their result yet, and denials: far beyond what a run has. */
const maxCalls = 10_000;
/** Tools that are named. */
const maxNamed = 20;
const maxReasonLength = 300;

/** How 2.1.330 answers a call of a tool that `permissions.deny` takes away whole: with no `permission_denied` line. */
const isDisabled = /No such tool available: [^.]+\. \S+ is disabled for this session/;

/**
 * A denial is told in up to three places, which differ by what denies (measured with 2.1.330): a `system/permission_denied`
 * line (rules and missing approvals), `tool_result_meta` of the result (hooks as well) and `permission_denials` of the turn's
 * result, the only one that 2.1.100 has. A tool that is switched off says so in its result's text alone.
 */
export const toolTally = (): ToolTally => {
  /** The names of the tools whose results are still to come, by the ids of the calls. */
  const calls = new Map<string, string>();
  const deniedCalls = new Set<string>();
  const reasons = new Map<string, string | null>();
  let tried = 0;

  const deny = (id: string | null, name: string, reason: string | null): void => {
    if (id === null || deniedCalls.size >= maxCalls) return;
    deniedCalls.add(id);
    const known = reasons.get(name);
    if (known === undefined ? reasons.size < maxNamed : known === null)
      reasons.set(name, reason === null ? null : firstLine(reason, maxReasonLength));
  };

  const assistant = (line: JsonObject): void => {
    for (const block of objectsAt(objectAt(line, 'message') ?? {}, 'content')) {
      const id = typeOf(block) === 'tool_use' ? stringAt(block, 'id') : null;
      if (id !== null && calls.size < maxCalls) calls.set(id, stringAt(block, 'name') ?? 'a tool');
    }
  };

  const user = (line: JsonObject): void => {
    const rejected = new Set(
      objectsAt(line, 'tool_result_meta')
        .filter((meta) => stringAt(objectAt(meta, 'permission_decision') ?? {}, 'decision') === 'reject')
        .map((meta) => stringAt(meta, 'id')),
    );
    for (const block of objectsAt(objectAt(line, 'message') ?? {}, 'content')) {
      if (typeOf(block) !== 'tool_result') continue;
      tried += 1;
      const id = stringAt(block, 'tool_use_id');
      const name = (id !== null && calls.get(id)) || 'a tool';
      if (id !== null) calls.delete(id);
      const text = fieldAt(block, 'is_error') === true ? stringAt(block, 'content') : null;
      if (rejected.has(id) || (text !== null && isDisabled.test(text))) deny(id, name, text?.replace(/<\/?tool_use_error>/g, '') ?? null);
    }
  };

  return {
    take(type, line) {
      if (type === 'assistant') assistant(line);
      else if (type === 'user') user(line);
      else if (type === 'system' && stringAt(line, 'subtype') === 'permission_denied')
        deny(stringAt(line, 'tool_use_id'), stringAt(line, 'tool_name') ?? 'a tool', stringAt(line, 'message'));
      else if (type === 'result')
        for (const denial of objectsAt(line, 'permission_denials'))
          deny(stringAt(denial, 'tool_use_id'), stringAt(denial, 'tool_name') ?? 'a tool', null);
    },
    get denied() {
      return [...reasons].map(([name, reason]) => (reason === null ? name : `${name} (${reason})`));
    },
    get allDenied() {
      return tried > 0 && deniedCalls.size >= tried;
    },
  };
};
