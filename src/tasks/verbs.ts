/**
 * Everything that can be done. What these files export are the verbs and nothing else, each a function of its parts, of who calls
 * and of what is asked: so that going to the definition of one that is bound leads to the function.
 */
export * from './clone-worktree.ts';
export * from './create-task.ts';
export * from './daemon-info.ts';
export * from './delete-task.ts';
export * from './follow-events.ts';
export * from './pause-task.ts';
export * from './read-output.ts';
export * from './read-tasks.ts';
export * from './read-worktree.ts';
export * from './restore-worktree.ts';
export * from './run-completion.ts';
export * from './send-message.ts';
export * from './share-sibling.ts';
export * from './start-task.ts';
export * from './stop-task.ts';
export * from './tool-keys.ts';
export * from './update-task.ts';
export * from './wait-for-task.ts';
export * from './merge/conclude-merge.ts';
export * from './merge/preview-merge.ts';
export * from './merge/read-branches.ts';
export * from './merge/skip-subtask.ts';
export * from './merge/start-merge.ts';
