import type { Actions } from './actions.ts';
import { cloneWorktree } from './clone-worktree.ts';
import type { TaskContext } from './context.ts';
import { createTask } from './create-task.ts';
import { daemonInfo } from './daemon-info.ts';
import { deleteTask } from './delete-task.ts';
import { followEvents } from './follow-events.ts';
import { mergeActions } from './merge/index.ts';
import { pauseTask } from './pause-task.ts';
import { readOutput } from './read-output.ts';
import { readTasks } from './read-tasks.ts';
import { readWorktree } from './read-worktree.ts';
import { restoreWorktree } from './restore-worktree.ts';
import { runCompletion } from './run-completion.ts';
import { sendMessage } from './send-message.ts';
import { shareSibling } from './share-sibling.ts';
import { startTask } from './start-task.ts';
import { stopTask } from './stop-task.ts';
import { toolKeys } from './tool-keys.ts';
import { updateTask } from './update-task.ts';
import { waitForTask } from './wait-for-task.ts';

/** Every verb, bound to what it works with. */
export const createActions = (context: TaskContext): Actions => ({
  createTask: createTask(context),
  ...readTasks(context),
  updateTask: updateTask(context),
  deleteTask: deleteTask(context),
  startTask: startTask(context),
  stopTask: stopTask(context),
  ...pauseTask(context),
  sendMessage: sendMessage(context),
  shareSibling: shareSibling(context),
  waitForTask: waitForTask(context),
  ...readWorktree(context),
  restoreWorktree: restoreWorktree(context),
  runCompletion: runCompletion(context),
  ...cloneWorktree(context),
  ...readOutput(context),
  ...followEvents(context),
  ...mergeActions(context),
  ...toolKeys(context),
  info: daemonInfo(context),
});
