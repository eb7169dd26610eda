import type { RunCompletion } from '../../../../schemas/completion.ts';
import type { CloneWorktree } from '../../../../schemas/task-requests.ts';
import { taskLine } from '../../answers/text-answers.ts';
import { jsonAndText, type OperationTexts } from './operation.ts';
import { commitSha, doneTask } from './samples.ts';

const { overlayPath: path, branch, baseCommit } = doneTask;
const copy = '/home/ada/hello-copy';
const patch = `diff --git a/hello.html b/hello.html
new file mode 100644
index 0000000..ce01362
--- /dev/null
+++ b/hello.html
@@ -0,0 +1 @@
+<p>hello</p>
`;

const clone = { copy: { summary: 'To a directory that does not exist yet', value: { targetDir: '~/hello-copy' } } } satisfies Record<
  string,
  { summary: string; value: CloneWorktree }
>;

const complete = {
  branch: { summary: 'As a branch of a repository', value: { action: 'branch', targetRepoPath: '~/my-project' } },
  own: { summary: "The task's own action again", value: {} },
  merge: { summary: 'Into a branch', value: { action: 'merge', targetRepoPath: '~/my-project', targetBranch: 'develop' } },
} satisfies Record<string, { summary: string; value: RunCompletion }>;

const completed = { success: true, message: `The branch ${String(branch)} is in /home/ada/my-project`, prUrl: null, commitSha, branch };

/** What a task has changed, and where; copies of it, and its way into a repository. */
export const worktreeTexts: OperationTexts = {
  getWorktree: {
    description:
      '`exists` is false where its files were put away (`awaySince`), or somebody else removed them. A task that was never started has none: 404.',
    answers: { 200: jsonAndText({ path, branch, baseCommit, exists: true, awaySince: null }, `${String(path)}\n`) },
  },
  getDiff: {
    description:
      'Also while the agent works, and without touching its index. As JSON the files with their counts, as plain text the patch: what `git apply` takes, binary files included.',
    answers: { 200: jsonAndText([{ path: 'hello.html', status: 'added', additions: 1, deletions: 0 }], patch) },
  },
  cloneWorktree: {
    description: 'A repository of its own, with the history and everything that git does not ignore. Nothing in it leads back to makima.',
    requests: clone,
    answers: { 201: jsonAndText({ success: true, message: `Copied to ${copy}`, targetDir: copy }, `${copy}\n`) },
  },
  removeWorktree: {
    description:
      'Its files go; what git does not ignore of them, committed or not, is kept in the repository, which stays. A restore or the next start of the task brings it back. What git ignores, such as `node_modules`, is not kept. A worktree in which a process works, which is being changed, or whose tree of tasks is not over is left as it is.',
    answers: { 200: jsonAndText({ path: String(path), bytes: 482_000_000 }, '482000000\n') },
  },
  restoreWorktree: {
    description:
      'All that a deletion, or putting it away, has kept: what git does not ignore, committed or not, and the repository. A parent comes back before its subtasks, or these with `parentTaskId=none` as tasks of their own.',
    answers: { 200: jsonAndText(doneTask, taskLine(doneTask)) },
  },
  targetExists: {
    description: 'Before a copy is made: `~` is the home, and what is asked for need not be a directory.',
    answers: { 200: jsonAndText({ exists: false, targetDir: copy }, 'false\n') },
  },
  runCompletion: {
    description:
      'Of a task that has ended. What is left out is as the task has it. Nothing is forced and nothing half done: where a checkout is not clean, or there are conflicts, it fails, says what stands in the way and has changed nothing.',
    requests: complete,
    answers: { 200: jsonAndText(completed, `${String(branch)}\t${commitSha}\t\t${completed.message}\n`) },
  },
};
