import type { AgentActivity, AgentDriver } from '../../agents/driver.ts';

/** What an agent does by a line. */
export interface Done {
  activity: AgentActivity;
  /** It is a piece of a text. */
  isPiece: boolean;
  /** Of a text that was begun before. */
  goesOn: boolean;
  /** It was told of before, and is nothing new. */
  isAgain: boolean;
}

/** Calls that are told apart, far beyond what an agent has under way. */
const maxCalls = 1000;

/** What of that goes on or was told before, over an agent's lines in their order: a driver sees each of them alone. */
export class TextFlow {
  readonly #driver: Pick<AgentDriver, 'activities' | 'readable'>;
  /** The piece that a further one would go on with. */
  #last: AgentActivity | null = null;
  /** The calls of tools that were told of: some agents tell of one again, when it begins or when they ask for it. */
  readonly #calls = new Set<string>();

  constructor(driver: Pick<AgentDriver, 'activities' | 'readable'>) {
    this.#driver = driver;
  }

  /** @param line - the next one of the agent's stdout */
  take(line: string): Done[] {
    const activities = this.#driver.activities(line);
    // Such as the end of a turn: the next one begins with a text of its own.
    if (activities.length === 0 && this.#last !== null && this.#driver.readable(line) !== null) this.#last = null;
    return activities.map((activity) => {
      const isPiece = activity.isContinued === true && activity.text !== null;
      const goesOn = isPiece && this.#last?.kind === activity.kind && this.#last.parentCallId === activity.parentCallId;
      this.#last = isPiece ? activity : null;
      return { activity, isPiece, goesOn, isAgain: this.#isAgain(activity) };
    });
  }

  #isAgain({ kind, callId, mayBeAgain }: AgentActivity): boolean {
    if (kind !== 'tool' || callId === null) return false;
    if (mayBeAgain === true && this.#calls.has(callId)) return true;
    this.#calls.add(callId);
    for (const oldest of this.#calls) if (this.#calls.size > maxCalls) this.#calls.delete(oldest);
    return false;
  }

  /** Somebody else said something: the agent, or one that is started anew, begins with a text of its own. */
  interrupt(): void {
    this.#last = null;
  }
}
