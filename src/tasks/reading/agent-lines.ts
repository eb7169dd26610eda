import type { StreamEvent, TaskEvent } from '../../../schemas/event.ts';
import type { AgentDriver } from '../../agents/driver.ts';
import { MakimaError } from '../../errors.ts';
import type { EventLog } from '../../events/event-log.ts';
import { TextFlow, type Done } from './text-flow.ts';

export type OutputEvent = TaskEvent & { type: 'output' };

/** A line that goes on over more characters than this is none of an agent's. */
const maxLine = 32 * 1024 * 1024;
/** The pieces of a line, and of a text, follow one another with few others between them. */
const piecesWithin = 2000;

export const isOutput = (event: StreamEvent): event is OutputEvent => event.type === 'output';

/** Lines put together again where they were longer than an event. */
class WholeLines {
  #begun: string | null = null;

  /** @returns the line that ends with the event, null where it goes on or is too long */
  take({ content, partial }: OutputEvent): string | null {
    const line = (this.#begun ?? '') + content;
    if (partial === true) {
      this.#begun = line.length > maxLine ? null : line;
      return null;
    }
    this.#begun = null;
    return line;
  }
}

const news = (done: readonly Done[]): Done[] => done.filter(({ isAgain }) => !isAgain);

/** What one task's agent does by its lines, whose events are given in their order, from any one on. */
export class AgentLines {
  readonly #log: Pick<EventLog, 'read'>;
  readonly #driver: AgentDriver;
  #lines = new WholeLines();
  #flow: TextFlow;
  #isBegun = false;
  /** It is known which text a piece would go on with. */
  #isPlaced = false;

  constructor(log: Pick<EventLog, 'read'>, driver: AgentDriver) {
    this.#log = log;
    this.#driver = driver;
    this.#flow = new TextFlow(driver);
  }

  /** @returns what the agent does by the line that ends with the event */
  async take(event: OutputEvent): Promise<Done[]> {
    // An agent's lines are JSON: what begins so is no line's middle.
    if (!this.#isBegun && event.stream === 'stdout' && !event.content.trimStart().startsWith('{')) await this.#lookBack(event);
    this.#isBegun ||= event.stream === 'stdout';
    const line = this.#hear(event);
    if (line === null) return [];
    const done = this.#flow.take(line);
    if (this.#isPlaced || done.length === 0) return news(done);
    if (!done.some(({ isPiece, activity }) => isPiece || activity.mayBeAgain === true)) {
      this.#isPlaced = true;
      return done;
    }
    await this.#lookBack(event);
    this.#hear(event);
    return news(this.#flow.take(line));
  }

  #hear(event: OutputEvent): string | null {
    if (event.stream === 'stdout') {
      const line = this.#lines.take(event);
      // An earlier run has done that.
      return event.replayed === true ? null : line;
    }
    if (event.stream !== 'stderr') {
      this.#flow.interrupt();
      this.#isPlaced = true;
    }
    return null;
  }

  /** Has the lines up to before an event, as far as they are near. */
  async #lookBack({ taskId, id }: OutputEvent): Promise<void> {
    this.#lines = new WholeLines();
    this.#flow = new TextFlow(this.#driver);
    try {
      const after = Math.max(0, id - piecesWithin);
      for await (const { event } of this.#log.read(taskId, { after, types: ['output'], signal: new AbortController().signal })) {
        if (event.id >= id) break;
        const line = isOutput(event) ? this.#hear(event) : null;
        if (line !== null) this.#flow.take(line);
      }
    } catch (error) {
      // What was before is deleted.
      if (!(error instanceof MakimaError && error.code === 'EVENTS_GONE')) throw error;
    }
    this.#isPlaced = true;
  }
}
