import type { AgentSettings } from '../agent-settings.ts';
import type { AgentConversation, AgentLaunch } from '../driver.ts';
import type { JsonObject } from '../json-line.ts';
import type { Said } from './said.ts';

/** What agents differ in that are started for one turn, get it on stdin, print lines of JSON and end. */
export interface OneTurnProtocol {
  /** The arguments of a run, the user's own before them. What is said is none of these: arguments are public. */
  args(launch: AgentLaunch, actsUnasked: boolean): string[];
  /** Added to the environment of a run. */
  env?(launch: AgentLaunch, settings: AgentSettings): Record<string, string>;
  /** Reads one run's lines. The same lines give the same signals. */
  reader(launch: AgentLaunch): OneTurnReader;
  /** What one line says, of the line alone. */
  said(line: JsonObject): Said[];
  /** A text as it is given to the agent, where its beginning would make it a command. */
  isCommand?(text: string): boolean;
  /** What it says when it cannot work, and what to do, without its last full stop. The first that fits is taken. */
  remedies: readonly { says: RegExp; todo: string }[];
}

export interface OneTurnReader extends Pick<AgentConversation, 'usage'> {
  take(type: string | null, line: JsonObject): ReturnType<AgentConversation['read']>['signals'];
}
