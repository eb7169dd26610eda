import { resultLines, tellingOf } from '../../words/activity.ts';
import { firstLine } from '../../words/first-line.ts';
import { plainText } from '../../words/plain-text.ts';
import type { AgentActivity } from './driver.ts';

/** The most that is shown of a line. */
export const maxShown = 200;

const toolWords = ({ name, input }: NonNullable<AgentActivity['tool']>): string => {
  const shownName = firstLine(name, 60);
  const what = tellingOf(input);
  return what === null ? `● ${shownName}` : `● ${shownName}: ${firstLine(what, maxShown)}`;
};

const resultWords = (text: string, isError: boolean): string | null => {
  const lines = resultLines(text, isError, (line) => firstLine(line, maxShown));
  return lines.length === 0 ? null : lines.join('\n');
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
