import { answered } from './answered.ts';
import { textOf } from './chunks.ts';
import type { OutputEvent } from './contract.d.ts';
import { MakimaError, reasonOf } from './error.ts';
import { eventsOf, type TaskEvent } from './events.ts';
import { iterate } from './iterate.ts';
import { pause, pauseMs, reasonFor } from './pause.ts';
import type { Transport } from './transport.ts';

export interface OutputOptions {
  /** Go on with what is yet to come, until the task has ended; else what is there by now. */
  follow?: boolean;
  /** What comes after this is sent: the id of a line. */
  after?: string | number;
  /** Of what is there by now, the last so many lines alone; 0 is none. */
  tail?: number;
  signal?: AbortSignal;
}

/** A daemon's are cut long before that, and holding one that is longer would be the client's end. */
const longestLine = 64 * 1024 * 1024;

/** One JSON text a line, however the pieces are cut. What follows the last newline is no line. */
async function* linesOf(response: Response): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const text of textOf(response, null)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine)
      throw new MakimaError('UNEXPECTED_ANSWER', `A line is longer than ${longestLine} characters: what answers is no makima daemon.`);
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
  { after, tail }: OutputOptions,
  signal: AbortSignal,
): AsyncGenerator<OutputEvent, void, undefined> {
  let last = after;
  let isFirst = true;
  for (let failures = 0; ; failures += 1) {
    const query = new URLSearchParams();
    if (last !== undefined) query.set('after', String(last));
    if (tail !== undefined && isFirst) query.set('tail', String(tail));
    const path = `/api/v1/mesh/tasks/${encodeURIComponent(taskId)}/output?${query.toString()}`;
    const response = await answered(
      await transport.send({ method: 'GET', path, headers: { accept: 'application/x-ndjson' }, signal }),
      'application/x-ndjson',
    );
    try {
      for await (const text of linesOf(response)) {
        const line = lineOf(text);
        last = line.id;
        isFirst = false;
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
  { after, tail }: OutputOptions,
  signal: AbortSignal,
): AsyncGenerator<OutputEvent, void, undefined> {
  let last = after;
  if (tail !== undefined) {
    // What follows the last line follows: where none is wanted, one says where that is.
    for await (const line of upToNow(transport, taskId, { ...(after !== undefined && { after }), tail: Math.max(tail, 1) }, signal)) {
      last = line.id;
      if (tail > 0) yield line;
    }
  }
  const options = { taskId, types: ['output'], signal, ...(last !== undefined && { after: last }) } as const;
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
