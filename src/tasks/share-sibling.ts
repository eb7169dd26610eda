import type { Task } from '../../schemas/task.ts';
import { MakimaError } from '../errors.ts';
import { diffFiles } from '../git/snapshot/index.ts';
import { worktreeOf } from '../ledger/worktree-of.ts';
import { requireTask } from './access.ts';
import type { Actions } from './actions.ts';
import type { TaskContext } from './context.ts';
import { requireRunning } from './send-message.ts';

/** More names than this would fill the agent's context and tell it nothing. */
const maxFilesNamed = 200;

const changedFiles = async (context: TaskContext, sibling: Task): Promise<string> => {
  const worktree = await worktreeOf(context, sibling.id);
  if (!worktree) return 'It has no worktree yet.';
  const files = await diffFiles(worktree, worktree.baseCommit);
  if (files.length === 0) return 'It changed no files.';
  const named = files.slice(0, maxFilesNamed).map((file) => `- ${file.status} ${file.path}`);
  if (files.length > maxFilesNamed) named.push(`- and ${files.length - maxFilesNamed} more`);
  return `It changed these files in its own worktree, ${worktree.path}:\n${named.join('\n')}`;
};

/** Tells a running agent what a sibling did: its name, its summary, the files it changed. */
export const shareSibling =
  (context: TaskContext): Actions['shareSibling'] =>
  async (caller, taskId, request) => {
    const task = await requireTask(context, caller, taskId, 'command');
    const sibling = await requireTask(context, caller, request.siblingTaskId, 'read');
    if (sibling.id === task.id || sibling.parentTaskId !== task.parentTaskId || task.parentTaskId === null) {
      throw new MakimaError('NOT_A_SIBLING', `Task ${sibling.id} is no sibling of ${task.id}`);
    }
    requireRunning(task);
    const summary = request.summary ?? sibling.progressSummary;
    const text = [
      `About a sibling task: "${sibling.name}" (${sibling.id}) is ${sibling.status}.`,
      ...(summary === null ? [] : [`Its summary:\n${summary}`]),
      await changedFiles(context, sibling),
      'Take this into account; its files are for you to read, not to change.',
    ].join('\n\n');
    return context.runs.send(task.id, text);
  };
