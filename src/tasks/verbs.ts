/**
 * Everything that can be done. What these files export are the verbs and nothing else, each a function of its parts, of who calls
 * and of what is asked: so that going to the definition of one that is bound leads to the function.
 */
export * from './approvals.ts';
export * from './worktree/clone-worktree.ts';
export * from './life/create-task.ts';
export * from './reading/daemon-info.ts';
export * from './life/delete-task.ts';
export * from './reading/follow-events.ts';
export * from './life/pause-task.ts';
export * from './reading/read-output.ts';
export * from './reading/read-output-page.ts';
export * from './reading/read-tasks.ts';
export * from './reading/read-usage.ts';
export * from './worktree/read-worktree.ts';
export * from './worktree/remove-worktree.ts';
export * from './worktree/restore-worktree.ts';
export * from './worktree/run-completion.ts';
export * from './messages.ts';
export * from './review-task.ts';
export * from './share-sibling.ts';
export * from './life/start-task.ts';
export * from './life/stop-task.ts';
export * from './tool-keys.ts';
export * from './life/update-task.ts';
export * from './reading/wait-for-task.ts';
export * from './webhooks.ts';
export * from './merge/conclude-merge.ts';
export * from './merge/preview-merge.ts';
export * from './merge/read-branches.ts';
export * from './merge/skip-subtask.ts';
export * from './merge/start-merge.ts';
