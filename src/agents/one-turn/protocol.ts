import type { JsonObject } from '../../domain/json-object.ts';
import type { AgentCommand, AgentConversation, AgentLaunch } from '../driver.ts';
import type { Said } from '../said.ts';

/** What agents differ in that are started for one turn, get it on stdin, print lines of JSON and end. */
export interface OneTurnProtocol {
  /** The arguments of a run, the user's own before them. What is said is none of these: arguments are public. */
  args(launch: AgentLaunch, actsUnasked: boolean): string[];
  /** The servers of tools that a run brings along, where those are no arguments. @param env - that the agent would have without */
  servers?(
    servers: NonNullable<AgentLaunch['mcp']>,
    env: Readonly<Record<string, string | undefined>>,
  ): Pick<AgentCommand, 'settings'> & { env?: Record<string, string> };
  /** Reads one run's lines. The same lines give the same signals. */
  reader(launch: AgentLaunch): OneTurnReader;
  /** What one line says, of the line alone. */
  said(line: JsonObject): Said[];
  /** A text as it is given to the agent, where its beginning would make it a command. */
  isCommand?(text: string): boolean;
  /** As AgentDriver.explainFailure. */
  explainFailure(message: string): string;
  /** By which it gives up its turn; null where it takes no notice of one that leaves it time. */
  interruptSignal: 'SIGINT' | null;
  /** Why it cannot be told of an effort, and what to do, without its last full stop; it is handed on where left out. */
  takesNoEffort?: string;
  /** It tells what its session has used, over all its processes. */
  countsSession?: true;
  /** As AgentDriver.tellsNoCost. */
  tellsNoCost?: true;
}

export interface OneTurnReader extends Pick<AgentConversation, 'usage'> {
  take(type: string | null, line: JsonObject): ReturnType<AgentConversation['read']>['signals'];
}
