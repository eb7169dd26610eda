import { textOf } from './chunks.ts';
import type { OutputEvent } from './contract.d.ts';
import { MakimaError, errorOf, reasonOf } from './error.ts';
import { eventsOf, type TaskEvent } from './events.ts';
import { iterate } from './iterate.ts';
import { pause, pauseMs, reasonFor } from './pause.ts';
import type { Transport } from './transport.ts';

export interface OutputOptions {
  /** Go on with what is yet to come, until the task has ended; else what is there by now. */
  follow?: boolean;
  /** What comes after this is sent: the id of a line. */
  after?: string | number;
  signal?: AbortSignal;
}

/** One JSON text a line, however the pieces are cut. What follows the last newline is no line. */
async function* linesOf(response: Response): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const text of textOf(response, null)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
}

const isOutput = (value: unknown): value is OutputEvent =>
  typeof value === 'object' && value !== null && 'content' in value && 'id' in value;

const lineOf = (text: string): OutputEvent => {
  try {
    const value: unknown = JSON.parse(text);
    if (isOutput(value)) return value;
  } catch (error) {
    throw new MakimaError('UNEXPECTED_ANSWER', `A line of output is no JSON: ${reasonOf(error)}`, { cause: error });
  }
  throw new MakimaError('UNEXPECTED_ANSWER', `A line of output is none of makima's: ${text.slice(0, 200)}`);
};

/** Up to now. The daemon ends in order only what is whole: what breaks off goes on after the last line that came. */
async function* upToNow(
  transport: Transport,
  taskId: string,
  { after }: OutputOptions,
  signal: AbortSignal,
): AsyncGenerator<OutputEvent, void, undefined> {
  let last = after;
  for (let failures = 0; ; failures += 1) {
    const query = last === undefined ? '' : `?${new URLSearchParams({ after: String(last) }).toString()}`;
    const path = `/api/v1/mesh/tasks/${encodeURIComponent(taskId)}/output${query}`;
    const response = await transport.send({ method: 'GET', path, headers: { accept: 'application/x-ndjson' }, signal });
    if (!response.ok) throw await errorOf(response);
    try {
      for await (const text of linesOf(response)) {
        const line = lineOf(text);
        last = line.id;
        failures = 0;
        yield line;
      }
      return;
    } catch (error) {
      if (signal.aborted) throw reasonFor(signal);
      if (error instanceof MakimaError) throw error;
    }
    await pause(pauseMs(failures), signal);
  }
}

const isLine = (event: TaskEvent): event is Extract<TaskEvent, { type: 'output' }> => event.type === 'output';

/** The same to the end of the task: its events, of which the lines are some. */
async function* upToTheEnd(
  transport: Transport,
  taskId: string,
  { after }: OutputOptions,
  signal: AbortSignal,
): AsyncGenerator<OutputEvent, void, undefined> {
  const options = { taskId, types: ['output'], signal, ...(after !== undefined && { after }) } as const;
  for await (const event of eventsOf(transport, options, signal)) if (isLine(event)) yield event;
}

/** @throws in `next()`: MakimaError as the contract has it; UNREACHABLE; the signal's reason */
export const outputOf = (
  transport: Transport,
  taskId: string,
  options: OutputOptions,
  closing: AbortSignal,
): AsyncIterableIterator<OutputEvent> =>
  iterate((signal) => (options.follow === true ? upToTheEnd : upToNow)(transport, taskId, options, signal), {
    signal: options.signal,
    closing,
  });
