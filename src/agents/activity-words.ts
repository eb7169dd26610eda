import type { AgentActivity } from './driver.ts';
import { firstLine, plainText } from './plain-text.ts';

/** The most that is shown of a line. */
export const maxShown = 200;
const maxResultLines = 3;

/** What of a tool's input tells best what it does; the first that is there is shown. */
const tellingFields = [
  'command',
  'file_path',
  'notebook_path',
  'pattern',
  'path',
  'url',
  'query',
  'skill',
  'description',
  'subject',
  'prompt',
];

const toolWords = ({ name, input }: NonNullable<AgentActivity['tool']>): string => {
  const shownName = firstLine(name, 60);
  const what = tellingFields
    .map((field) => (Object.hasOwn(input, field) ? input[field] : undefined))
    .find((value) => typeof value === 'string' && value.trim() !== '');
  return typeof what === 'string' ? `● ${shownName}: ${firstLine(what, maxShown)}` : `● ${shownName}`;
};

const resultWords = (text: string, isError: boolean): string | null => {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return isError ? '  ✗ failed' : null;
  const shown = lines
    .slice(0, maxResultLines)
    .map((line, index) => `  ${index > 0 ? ' ' : isError ? '✗' : '⎿'} ${firstLine(line, maxShown)}`);
  const more = lines.length - maxResultLines;
  return [...shown, ...(more > 0 ? [`    … ${more} more ${more === 1 ? 'line' : 'lines'}`] : [])].join('\n');
};

const words = ({ kind, text, tool, isError }: AgentActivity): string | null => {
  if (tool !== null) return toolWords(tool);
  switch (kind) {
    case 'tool-result':
      return resultWords(text ?? '', isError);
    case 'error':
      return `✗ ${plainText(text ?? 'failed').trimEnd()}`;
    case 'text':
    case 'plan':
      return text === null || text.trim() === '' ? null : plainText(text).trimEnd();
    default:
      return null;
  }
};

/** An activity as a person reads it, safe to print on a terminal; null where it says nothing to a person. */
export const activityWords = (activity: AgentActivity): string | null => {
  const said = words(activity);
  // What a subagent does stands further in than what the agent itself does.
  return said === null || activity.parentCallId === null ? said : said.replace(/^/gm, '  ');
};
