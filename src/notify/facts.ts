import type { TaskEvent } from '../../schemas/event.ts';
import type { Task } from '../../schemas/task.ts';
import { describeLimit } from '../domain/budget.ts';

/** An environment variable of each program is bounded by the system, and no person reads more. */
const longestText = 2000;

/** What a person is told of: the end of what they asked for, a completion action that failed, an agent that waits for them, a budget that runs out. */
export const isForAPerson = (event: TaskEvent, task: Task): boolean => {
  if (event.type === 'approval') return event.status === 'pending';
  if (event.type === 'budget') return true;
  // Its agent may be one that an orchestrator waits for.
  if (event.type === 'silence') return true;
  // Once for an account, whichever of its tasks came upon it.
  if (event.type === 'limit') return event.action === 'reached';
  // What becomes of a subtask is its orchestrator's business.
  if (task.parentTaskId !== null) return false;
  return event.type === 'end' || (event.type === 'completion' && event.completion.status === 'failed');
};

const sentence = (event: TaskEvent, task: Task): string => {
  const name = JSON.stringify(task.name);
  if (event.type === 'completion') return `${name}: ${event.completion.action} failed: ${event.completion.message ?? ''}`;
  if (event.type === 'approval') return `${name} asks${event.kind === 'tool' ? ` for ${event.tool}` : ''}: ${event.what ?? event.tool}`;
  if (event.type === 'budget') return `${name}: its budget has reached ${event.percent} %: ${describeLimit(event)}`;
  if (event.type === 'silence') return `${name}: ${event.message}`;
  if (event.type === 'limit')
    return `The account of ${event.agent} has come to a limit${event.until === null ? '' : ` until ${event.until}`}`;
  const why = task.errorMessage === null ? '' : `: ${task.errorMessage}`;
  return task.status === 'done' ? `${name} is done` : `${name} ${task.status === 'interrupted' ? 'was stopped' : task.status}${why}`;
};

/** A text as a variable: one that no terminal or desktop can take for more than text. */
const plain = (text: string): string =>
  text
    .slice(0, longestText)
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ');

/** What the command finds in its environment. */
export const factsOf = (event: TaskEvent, task: Task): Record<string, string> => {
  const facts = {
    MAKIMA_EVENT_TYPE: event.type,
    MAKIMA_EVENT_ID: String(event.id),
    MAKIMA_EVENT_AT: event.at,
    MAKIMA_TASK_ID: task.id,
    MAKIMA_TASK_NAME: task.name,
    MAKIMA_TASK_STATUS: task.status,
    MAKIMA_TASK_ERROR: task.errorMessage ?? '',
    MAKIMA_TASK_SUMMARY: task.progressSummary ?? '',
    MAKIMA_TASK_BRANCH: task.branch ?? '',
    MAKIMA_TASK_PR_URL: task.completion?.prUrl ?? '',
    MAKIMA_MESSAGE: sentence(event, task),
  };
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, plain(value)]));
};
