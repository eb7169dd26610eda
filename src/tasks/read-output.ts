import type { TaskEvent } from '../../schemas/event.ts';
import type { AgentDriver } from '../agents/driver.ts';
import { requireTask } from './access.ts';
import type { Actions, StoredEvent } from './actions.ts';
import type { TaskContext } from './context.ts';

/** A line that goes on over more events than this is not one that a person reads. */
const maxReadableLine = 8 * 1024 * 1024;

const readableEvent = (driver: AgentDriver | undefined, event: TaskEvent, line: string): string | null => {
  if (event.type !== 'output') return null;
  switch (event.stream) {
    case 'system':
      return `[makima] ${event.level === undefined ? '' : `${event.level}: `}${line}`;
    case 'stderr':
      return `[stderr] ${line}`;
    case 'stdin':
      return `> ${line}`;
    case 'stdout':
      return driver ? driver.readable(line) : line;
  }
};

const readableLines = async function* (driver: AgentDriver | undefined, events: AsyncIterable<StoredEvent>): AsyncGenerator<string> {
  const begun = new Map<string, string>();
  for await (const { event } of events) {
    if (event.type !== 'output') continue;
    const line = (begun.get(event.stream) ?? '') + event.content;
    if (event.partial === true && line.length < maxReadableLine) {
      begun.set(event.stream, line);
      continue;
    }
    begun.delete(event.stream);
    const readable = readableEvent(driver, event, line);
    if (readable !== null) yield `${readable}\n`;
  }
};

const outputOf = (
  { log }: TaskContext,
  taskId: string,
  { after, follow, signal }: { after: number; follow: boolean; signal: AbortSignal },
): AsyncIterable<StoredEvent> =>
  follow ? log.follow(taskId, { after, types: ['output'], signal }) : log.read(taskId, { after, types: ['output'], signal });

/** A task's output: a page, all of it, or as a person reads it. */
export const readOutput = (context: TaskContext): Pick<Actions, 'readOutput' | 'streamOutput' | 'readableOutput'> => ({
  async readOutput(caller, taskId, { after, limit }) {
    const task = await requireTask(context, caller, taskId, 'read');
    const { items, nextCursor } = await context.log.page(task.id, { after, limit, types: ['output'] });
    return { items, nextCursor };
  },
  async streamOutput(caller, taskId, options) {
    const task = await requireTask(context, caller, taskId, 'read');
    return outputOf(context, task.id, options);
  },
  async readableOutput(caller, taskId, options) {
    const task = await requireTask(context, caller, taskId, 'read');
    const driver = context.drivers.all.find(({ name }) => name === task.agent);
    return readableLines(driver, outputOf(context, task.id, options));
  },
});
