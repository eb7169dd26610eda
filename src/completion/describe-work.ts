import type { Task } from '../../schemas/task.ts';
import { trailerKey } from '../git/work-commit.ts';

const maxSubject = 100;
/** GitHub takes 256 characters and 65,536. */
const maxTitle = 250;
const maxBody = 60_000;

/** Never between the two halves of a character. */
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : text);

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

/** Title and body of a pull request. */
export const pullRequestText = (task: Task, subtasks: readonly Task[]): { title: string; body: string } => {
  const list = subtasks.map(({ name, status }) => `- ${oneLine(name)} (${status})`).join('\n');
  const parts = [paragraphs(task.progressSummary), list === '' ? '' : `### Subtasks\n\n${list}`].filter((part) => part !== '');
  return { title: cut(oneLine(task.name), maxTitle), body: `${cut(parts.join('\n\n'), maxBody)}${parts.length === 0 ? '' : '\n\n'}${trailerKey}: ${task.id}\n` };
};
