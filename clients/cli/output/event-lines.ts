import { resultLines, tellingOf } from '../../../words/activity.ts';
import type { TaskEvent } from '../../typescript/index.ts';
import { cutTo, plain, withinLine } from './plain.ts';
import type { Screen } from './screen.ts';

type Of<T extends TaskEvent['type']> = Extract<TaskEvent, { type: T }>;
type Activity = Of<'activity'>;
type Paint = Screen['paint'];

const maxColumns = 200;

const short = (text: string): string => cutTo(withinLine(text).trim(), maxColumns);

const toolLine = ({ name, input }: NonNullable<Activity['tool']>, paint: Paint): string => {
  const what = tellingOf(input);
  return `${paint('cyan', `● ${short(name)}`)}${what === null ? '' : `: ${short(what)}`}`;
};

const paintedResult = (text: string, isError: boolean, paint: Paint): string | null => {
  const lines = resultLines(text, isError, short);
  return lines.length === 0 ? null : lines.map((line) => paint(isError ? 'red' : 'dim', line)).join('\n');
};

const activityLines = ({ kind, text, tool, isError }: Activity, paint: Paint): string | null => {
  if (tool !== null && kind !== 'tool-result') return toolLine(tool, paint);
  const words = plain(text ?? '').trimEnd();
  switch (kind) {
    case 'tool-result':
      return paintedResult(words, isError, paint);
    case 'error':
      return paint('red', `✗ ${words || 'failed'}`);
    case 'thinking':
      return null;
    default:
      return words.trim() === '' ? null : words;
  }
};

const systemColours = { info: 'dim', warning: 'yellow', error: 'red' } as const;

const outputLine = ({ stream, content, level }: Of<'output'>, paint: Paint): string => {
  const text = plain(content);
  switch (stream) {
    case 'system':
      return paint(systemColours[level ?? 'info'], `[makima] ${text}`);
    case 'stderr':
      return paint('yellow', `[stderr] ${text}`);
    case 'stdin':
      return paint('bold', `> ${text}`);
    case 'stdout':
      return text;
  }
};

/**
 * Turns the events of a task into what a person reads, one after the other: what its agent said and did, what makima said.
 * @returns for each event its lines, null where it says nothing to a person
 */
export const eventLines = (paint: Paint): ((event: TaskEvent) => string | null) => {
  /** The line of which activities were told: its own event follows them. */
  let told: number | null = null;
  let reasons: string[] = [];
  return (event) => {
    switch (event.type) {
      case 'activity': {
        told = event.id;
        const lines = activityLines(event, paint);
        // What a subagent does stands further in than what the agent itself does.
        return lines === null || event.parentCallId === null ? lines : lines.replace(/^/gm, '  ');
      }
      case 'status':
        reasons = (event.reason ?? '').split('\n').map((line) => line.trim());
        return null;
      case 'output':
        // A JSON line of the agent's says by its activities what it says.
        if (event.stream === 'stdout' && (event.jsonType !== undefined || event.id === told || event.partial === true)) return null;
        // Why a run failed is told at its end.
        if (event.stream === 'system' && event.level === 'error' && reasons.includes(event.content.trim())) return null;
        return outputLine(event, paint);
      default:
        return null;
    }
  };
};
