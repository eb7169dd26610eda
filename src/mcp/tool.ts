import type { Static, TSchema } from '@sinclair/typebox';
import { toolArguments, type ToolName } from '../../schemas/mcp/arguments.ts';
import { MakimaError } from '../errors.ts';
import type { Actions, Caller } from '../tasks/actions.ts';

/** What a tool answers, once for whoever reads and once for a program: some clients give their model the one, some the other. */
export interface ToolAnswer {
  text: string;
  /** Says all that the text says; left out where that is one long text, which would be harder to read within JSON. */
  data?: Record<string, unknown>;
}

/** One call of a tool. */
export interface ToolCall {
  actions: Actions;
  caller: Caller;
  /** Fires when nobody waits for the answer any more, and when the daemon ends. */
  signal: AbortSignal;
  /** Tells how far it is, where the client has asked to be told. */
  progress: ((done: number, total: number, words: string) => void) | null;
}

/** What is told of a tool beside its arguments. The hints are those of the protocol; none of ours reaches beyond the daemon by itself. */
interface About {
  title: string;
  description: string;
  hints: { readOnlyHint?: true; destructiveHint?: boolean; idempotentHint?: true };
}

/** Makes of a schema what reads by it. */
export type MakeReader = <Schema extends TSchema>(schema: Schema) => (value: unknown) => Static<Schema>;

export interface Tool extends About {
  name: ToolName;
  /** Readies it to be called. Its calls throw MakimaError. */
  open: (makeReader: MakeReader) => (call: ToolCall, given: unknown) => Promise<ToolAnswer>;
}

/** It changes nothing. */
export const reads = { readOnlyHint: true } as const;
/** It adds or changes, and takes nothing away. */
export const adds = { destructiveHint: false } as const;

/** A tool: what is told of it, and the verb that it calls. */
export const tool = <Name extends ToolName>(
  name: Name,
  about: About,
  run: (call: ToolCall, given: Static<(typeof toolArguments)[Name]>) => Promise<ToolAnswer>,
): Tool => ({
  name,
  ...about,
  open(makeReader) {
    const read = makeReader(toolArguments[name]);
    return (call, given) => run(call, read(given));
  },
});

/** The task of whose key the caller has, null for the owner. */
export const ownTask = ({ caller }: Pick<ToolCall, 'caller'>): string | null => (caller.kind === 'tool-key' ? caller.taskId : null);

/**
 * The task that is named, or the caller's own.
 * @throws MakimaError VALIDATION_FAILED where it has none
 */
export const taskOf = (call: Pick<ToolCall, 'caller'>, taskId: string | undefined): string => {
  const id = taskId ?? ownTask(call);
  if (id !== null) return id;
  throw new MakimaError('VALIDATION_FAILED', 'The argument "taskId" is missing: only who calls with the key of a task has one of its own', {
    details: { in: 'arguments', field: 'taskId', rule: 'required' },
  });
};
