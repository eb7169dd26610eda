/** What a client tells its model of the tools as a whole. */
export const instructions = `makima runs AI coding agents ("tasks"), each in its own git worktree. With these tools you make tasks, wait for them, read and steer them, and bring their work together.

To have work done by several: list_tasks first (subtasks may exist already). create_task for each independent part with start: true and an idempotencyKey; a part that needs another's files gets continueFromTaskId. A task's agent sees its plan and the repository alone, so write everything into the plan. wait_for_tasks with all of them, again and again until allEnded: each call is bounded, and nothing is missed between two. done means only that the agent stopped: judge it by show_task (summary, warnings) and read_diff. One that failed: read its error and read_output, then start_task it again or make a better one. One that asks something waits for decide_approval.

An orchestrator (a task that has subtasks; called with its key, your own task is meant where taskId or parentTaskId is left out) merges into its own worktree: preview_merge gives the order, start_merge one at a time; on a conflict resolve_conflict each file and commit_merge, or abort_merge. skip_subtask leaves work out on purpose. check_merge says what is left; finish_task ends your own task.

Answers are short: what is cut says how to get the rest. An error has a code and says what to do.`;
