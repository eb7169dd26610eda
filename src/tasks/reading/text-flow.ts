import type { AgentActivity, AgentDriver } from '../../agents/driver.ts';

/** What an agent does by a line. */
export interface Done {
  activity: AgentActivity;
  /** It is a piece of a text. */
  isPiece: boolean;
  /** Of a text that was begun before. */
  goesOn: boolean;
}

/** Which of an agent's texts goes on, over its lines in their order: a driver sees each of them alone. */
export class TextFlow {
  readonly #driver: Pick<AgentDriver, 'activities' | 'readable'>;
  /** The piece that a further one would go on with. */
  #last: AgentActivity | null = null;

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
      return { activity, isPiece, goesOn };
    });
  }

  /** Somebody else said something: the agent, or one that is started anew, begins with a text of its own. */
  interrupt(): void {
    this.#last = null;
  }
}
