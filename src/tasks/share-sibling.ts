import type { SiblingContext } from '../../schemas/task-requests.ts';
import type { Task } from '../../schemas/task.ts';
import { firstLine } from '../../words/first-line.ts';
import { plainText } from '../../words/plain-text.ts';
import { quoteName } from '../domain/names/quote-name.ts';
import { isActive } from '../domain/status-machine.ts';
import { MakimaError } from '../errors.ts';
import { parseRepositoryUrl, sourceIdentity } from '../git/repository/index.ts';
import { diffFiles } from '../git/snapshot/index.ts';
import { worktreeOf } from '../ledger/worktree-of.ts';
import { requireTask, type Caller } from './access.ts';
import type { Needs } from './parts.ts';

/** More names than this would fill the agent's context and tell it nothing. */
const maxFilesNamed = 200;

const maxNameLength = 200;

/** The words of the sibling's agent: no line of them passes for one of whoever tells of it. */
const indented = (text: string): string =>
  plainText(text)
    .split(/[\n\u2028\u2029]/)
    .map((line) => `    ${line}`)
    .join('\n');

const changedFiles = async (parts: Needs<'store'>, sibling: Task): Promise<string> => {
  const worktree = await worktreeOf(parts, sibling.id);
  if (!worktree) return 'It has no worktree yet.';
  const files = await diffFiles(worktree, worktree.baseCommit);
  if (files.length === 0) return 'It changed no files.';
  const named = files.slice(0, maxFilesNamed).map((file) => `- ${file.status} ${quoteName(file.path)}`);
  if (files.length > maxFilesNamed) named.push(`- and ${files.length - maxFilesNamed} more`);
  return `It changed these files in its own worktree, ${worktree.path}:\n${named.join('\n')}`;
};

/** Whether both are at the top and work on one repository. */
const shareRepository = async ({ userHome }: Needs<'userHome'>, one: Task, other: Task): Promise<boolean> => {
  if (one.parentTaskId !== null || other.parentTaskId !== null) return false;
  const identity = (of: Task): Promise<string> => sourceIdentity(parseRepositoryUrl(of.repositoryUrl, userHome), of.id);
  return (await identity(one)) === (await identity(other));
};

/**
 * What another task did is of use to one that works on the same: in its tree, or beside it at the top. What is above it gave it its plan, and
 * says what more it wants in a message.
 */
const requireSibling = async (parts: Needs<'store' | 'userHome'>, task: Task, sibling: Task): Promise<void> => {
  const refuse = (why: string): MakimaError => new MakimaError('NOT_A_SIBLING', `Task ${sibling.id} is no sibling of ${task.id}: ${why}`);
  if (sibling.id === task.id) throw refuse('it is the same task');
  const [above, aboveSibling] = [await parts.store.ancestors(task.id), await parts.store.ancestors(sibling.id)];
  if (above.some(({ id }) => id === sibling.id)) throw refuse('it is above it in its tree');
  if ((above.at(-1) ?? task).id === (aboveSibling.at(-1) ?? sibling).id) return;
  if (!(await shareRepository(parts, task, sibling)))
    throw refuse('they are neither in one tree of tasks, nor both at the top with one repository');
};

/**
 * Tells an agent what another task of its tree, or of its repository, did: its name, its summary, the files it changed.
 * @returns whether the agent has it already; else it has it when it reads next
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, NOT_A_SIBLING, TASK_NOT_RUNNING, AGENT_INPUT_CLOSED
 */
export const shareSibling = async (
  parts: Needs<'store' | 'runs' | 'userHome'>,
  caller: Caller,
  taskId: string,
  request: SiblingContext,
): Promise<{ id: string; delivered: boolean }> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  const sibling = await requireTask(parts, caller, request.siblingTaskId, 'read');
  await requireSibling(parts, task, sibling);
  if (!isActive(task.status)) throw new MakimaError('TASK_NOT_RUNNING', `The task is ${task.status}`);
  const { progressSummary } = sibling;
  const summary = request.summary ?? (progressSummary === null ? null : indented(progressSummary));
  const text = [
    `About a sibling task: "${firstLine(sibling.name, maxNameLength)}" (${sibling.id}) is ${sibling.status}.`,
    ...(summary === null ? [] : [`Its summary:\n${summary}`]),
    await changedFiles(parts, sibling),
    'Take this into account; its files are for you to read, not to change.',
  ].join('\n\n');
  return parts.runs.send(task.id, { kind: 'sibling', text });
};
