import type { Task } from '../../schemas/task.ts';
import { trailerKey } from '../git/snapshot/index.ts';
import type { Integration } from '../store/task-store.ts';

const maxSubject = 100;
/** GitHub takes 256 characters and 65,536. */
const maxTitle = 250;
const maxBody = 60_000;
const maxReason = 300;

/** Never between the two halves of a character. */
const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : text;

/** A name as one line: it may hold any character. */
const oneLine = (name: string): string => name.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

/** A text that may be of any length and from anybody, as paragraphs; git takes no NUL. */
const paragraphs = (text: string | null): string => cut((text ?? '').replaceAll('\0', '').replace(/\r\n?/g, '\n').trim(), maxBody);

/**
 * The message of a commit: the task's name, its progress summary, and a trailer in a paragraph of its own, so that no line
 * of a summary can pass for it.
 * @param verb - before the name, such as `Merge`
 */
export const commitMessage = (task: Task, verb = ''): string => {
  const summary = paragraphs(task.progressSummary);
  const subject = cut(`${verb === '' ? '' : `${verb} `}${oneLine(task.name)}`, maxSubject);
  return `${subject}\n\n${summary === '' ? '' : `${summary}\n\n`}${trailerKey}: ${task.id}\n`;
};

const listed = (title: string, lines: readonly string[]): string => (lines.length === 0 ? '' : `### ${title}\n\n${lines.join('\n')}`);

/**
 * Title and body of a pull request.
 * @param integrations - what became of the subtasks' work; one that ended well and is not among them may have had nothing to
 *   merge, or was brought over by hand, so neither is said of it
 */
export const pullRequestText = (
  task: Task,
  subtasks: readonly Task[],
  integrations: readonly Integration[],
): { title: string; body: string } => {
  const became = new Map(integrations.map((each) => [each.subtaskId, each]));
  const isIn = ({ id, status }: Task): boolean => (became.get(id)?.state ?? (status === 'done' ? 'merged' : 'skipped')) === 'merged';
  const line = ({ id, name, status }: Task): string => {
    const { state, reason } = became.get(id) ?? { state: null, reason: null };
    const how = [status, ...(state === null ? [] : [state])].join(', ');
    return `- ${oneLine(name)} (${how}${reason === null ? '' : `: ${cut(oneLine(reason), maxReason)}`})`;
  };
  const lists = [
    listed('Subtasks', subtasks.filter(isIn).map(line)),
    listed('Left out', subtasks.filter((subtask) => !isIn(subtask)).map(line)),
  ];
  const parts = [paragraphs(task.progressSummary), ...lists].filter((part) => part !== '');
  return {
    title: cut(oneLine(task.name), maxTitle),
    body: `${cut(parts.join('\n\n'), maxBody)}${parts.length === 0 ? '' : '\n\n'}${trailerKey}: ${task.id}\n`,
  };
};
