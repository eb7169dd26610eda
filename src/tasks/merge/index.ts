import type { Actions, MergeActions } from '../actions.ts';
import type { TaskContext } from '../context.ts';
import { concludeMerge } from './conclude-merge.ts';
import { previewMerges } from './preview-merge.ts';
import { readBranches } from './read-branches.ts';
import { skipSubtask } from './skip-subtask.ts';
import { startMerge } from './start-merge.ts';

/** Every verb of merging, bound to what it works with. */
export const mergeActions = (context: TaskContext): Pick<Actions, keyof MergeActions> => ({
  ...readBranches(context),
  ...previewMerges(context),
  startMerge: startMerge(context),
  ...concludeMerge(context),
  skipSubtask: skipSubtask(context),
});
