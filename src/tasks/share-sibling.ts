import type { SiblingContext } from '../../schemas/task-requests.ts';
import type { Task } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import { diffFiles } from '../git/snapshot/index.ts';
import { worktreeOf } from '../ledger/worktree-of.ts';
import { requireRunning, requireTask, type Caller } from './access.ts';
import type { Needs } from './parts.ts';

/** More names than this would fill the agent's context and tell it nothing. */
const maxFilesNamed = 200;

const changedFiles = async (parts: Needs<'store'>, sibling: Task): Promise<string> => {
  const worktree = await worktreeOf(parts, sibling.id);
  if (!worktree) return 'It has no worktree yet.';
  const files = await diffFiles(worktree, worktree.baseCommit);
  if (files.length === 0) return 'It changed no files.';
  const named = files.slice(0, maxFilesNamed).map((file) => `- ${file.status} ${file.path}`);
  if (files.length > maxFilesNamed) named.push(`- and ${files.length - maxFilesNamed} more`);
  return `It changed these files in its own worktree, ${worktree.path}:\n${named.join('\n')}`;
};

/**
 * Tells a running agent what a sibling did: its name, its summary, the files it changed.
 * @returns whether the agent has it already; else it has it when it reads next
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, NOT_A_SIBLING, TASK_NOT_RUNNING, AGENT_INPUT_CLOSED
 */
export const shareSibling = async (
  parts: Needs<'store' | 'runs'>,
  caller: Caller,
  taskId: string,
  request: SiblingContext,
): Promise<{ id: string; delivered: boolean }> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  const sibling = await requireTask(parts, caller, request.siblingTaskId, 'read');
  if (sibling.id === task.id || sibling.parentTaskId !== task.parentTaskId || task.parentTaskId === null) {
    throw new MakimaError('NOT_A_SIBLING', `Task ${sibling.id} is no sibling of ${task.id}`);
  }
  requireRunning(task);
  const summary = request.summary ?? sibling.progressSummary;
  const text = [
    `About a sibling task: "${sibling.name}" (${sibling.id}) is ${sibling.status}.`,
    ...(summary === null ? [] : [`Its summary:\n${summary}`]),
    await changedFiles(parts, sibling),
    'Take this into account; its files are for you to read, not to change.',
  ].join('\n\n');
  return parts.runs.send(task.id, { kind: 'sibling', text });
};
