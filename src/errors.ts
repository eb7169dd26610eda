/**
 * The one table of every failure a caller can meet: its stable code, its HTTP status, what happened
 * and what to do about it. docs/errors.md and the answers in openapi.yaml are held equal to it by a test.
 */
export const errorTable = {
  // 400: the request cannot be understood
  VALIDATION_FAILED: { status: 400, what: 'The request does not fit the contract', remedy: 'Correct the named field; /docs shows the shape' },
  MALFORMED_REQUEST: { status: 400, what: 'This is no well-formed HTTP request', remedy: 'Use an HTTP client, and percent-encode what stands in a path' },
  INVALID_REPOSITORY: { status: 400, what: 'The repository cannot be used', remedy: 'Give an existing path, a clone URL (https, ssh, git, file), new://name, or nothing' },
  INVALID_REF: { status: 400, what: 'This is no valid branch name', remedy: 'Use a name that `git check-ref-format --branch` accepts' },
  INVALID_PATH: { status: 400, what: 'This path cannot be used here', remedy: 'Use a relative path inside the worktree, or an absolute or ~ path where a directory is asked for' },
  INVALID_CURSOR: { status: 400, what: 'The cursor is not one of ours', remedy: 'Pass the nextCursor of the page before, or none' },
  INVALID_AGENT: { status: 400, what: 'There is no such agent', remedy: 'Use one that GET /api/v1/mesh/info lists' },
  INVALID_PARENT: { status: 400, what: 'This task cannot have subtasks', remedy: 'Only an orchestrator has subtasks: make the parent with isOrchestrator true' },
  DEPTH_EXCEEDED: { status: 400, what: 'The tree of tasks would be too deep', remedy: 'Make the task higher in the tree, or raise MAKIMA_MAX_DEPTH' },
  SUBTASK_COMPLETION_ACTION: { status: 400, what: 'A subtask has no completion action of its own', remedy: 'Leave completionAction out: only the top of a tree acts on the repository' },
  NO_COMPLETION_TARGET: { status: 400, what: 'There is no completion action to run, or no repository to run it on', remedy: 'Give an action of branch, merge or pr, and as targetRepoPath the path of a repository on this machine' },
  DEPENDS_ON_UNAVAILABLE: { status: 400, what: 'This version does not start a task after another by itself', remedy: 'Leave dependsOn out and start the task when the other is done' },
  INVALID_CONTINUATION: { status: 400, what: 'The task cannot be continued from', remedy: 'continueFromTaskId names a task with a worktree, in the same tree of tasks' },
  NOT_A_SUBTASK: { status: 400, what: 'This is no subtask of the task', remedy: 'GET /tasks/{taskId}/branches lists them' },
  NOT_A_SIBLING: { status: 400, what: 'The tasks are no siblings', remedy: 'Name two subtasks of the same orchestrator' },
  // 401, 403
  UNAUTHENTICATED: { status: 401, what: 'No valid credential came with the request', remedy: 'Send Authorization: Bearer with the token from $MAKIMA_HOME/token, or X-Makima-Tool-Key' },
  FORBIDDEN: { status: 403, what: "This key may not do that", remedy: "A tool key opens its own task and that task's descendants; use the owner token for anything else" },
  HOST_NOT_ALLOWED: { status: 403, what: 'The Host header is not an address of this daemon', remedy: 'Call it by the address it listens on or localhost, or add the name to MAKIMA_ALLOWED_HOSTS' },
  ORIGIN_NOT_ALLOWED: { status: 403, what: 'Web pages of this origin may not call the daemon', remedy: 'Add the origin to MAKIMA_ALLOWED_ORIGINS' },
  // 404, 405, 408, 410
  ROUTE_NOT_FOUND: { status: 404, what: 'There is nothing at this path', remedy: '/docs lists every path' },
  METHOD_NOT_ALLOWED: { status: 405, what: 'The path takes no such method', remedy: 'The Allow header names those it takes' },
  TASK_NOT_FOUND: { status: 404, what: 'There is no task with this id', remedy: 'GET /api/v1/mesh/tasks lists the tasks' },
  WORKTREE_NOT_FOUND: { status: 404, what: 'The task has no worktree', remedy: 'Start the task first; if its worktree was deleted, POST /tasks/{taskId}/worktree/restore brings back what was kept of it' },
  TOOL_KEY_NOT_FOUND: { status: 404, what: 'The task has no such tool key', remedy: 'GET /tasks/{taskId}/tool-keys lists them' },
  CONFLICT_NOT_FOUND: { status: 404, what: 'The merge under way has no such conflict', remedy: 'GET /tasks/{taskId}/merge names the files with conflicts' },
  EVENTS_GONE: { status: 410, what: 'The events asked for were deleted', remedy: 'Read again from the first one that is left: leave out after and Last-Event-ID' },
  REQUEST_TIMEOUT: { status: 408, what: 'The request did not come in time', remedy: 'Send it again in one go' },
  // 409: not in this state
  TASK_ACTIVE: { status: 409, what: 'The task is active', remedy: 'Stop it first and wait until it has ended' },
  TASK_NOT_PENDING: { status: 409, what: 'The task was started', remedy: 'name, plan and priority change only while a task is pending' },
  TASK_NOT_RUNNING: { status: 409, what: 'The task is not running', remedy: 'GET the task for its status; start it, or resume it if it is paused' },
  TASK_NOT_PAUSED: { status: 409, what: 'The task is not paused', remedy: 'GET the task for its status' },
  INVALID_TRANSITION: { status: 409, what: 'The task cannot go to that status from the one it is in', remedy: 'GET the task for its status' },
  AGENT_INPUT_CLOSED: { status: 409, what: 'The agent takes no further messages: it is finishing', remedy: 'Wait until the task has ended and start it again' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, what: 'This Idempotency-Key came with another request before', remedy: 'Use a new key for a new request' },
  SUBTASKS_NOT_INTEGRATED: { status: 409, what: "Work of subtasks is not in this task's worktree yet", remedy: 'Bring it in or skip it, or send force true (done --force) to finish without it' },
  SUBTASKS_FAILED: { status: 409, what: 'Every subtask failed or was stopped', remedy: 'Start them again, make others, or send force true (done --force) to finish all the same' },
  MERGE_CONFLICT: { status: 409, what: 'The merge has conflicts and is left open', remedy: 'Resolve each file as ours, theirs or manual and commit the merge, or abort it' },
  MERGE_IN_PROGRESS: { status: 409, what: 'A merge is under way in this worktree', remedy: 'Commit or abort it first' },
  NO_MERGE_IN_PROGRESS: { status: 409, what: 'No merge is under way in this worktree', remedy: 'GET /tasks/{taskId}/merge says what is; POST there starts a merge' },
  CONFLICTS_LEFT: { status: 409, what: 'The merge still has conflicts', remedy: 'Resolve each of them as ours, theirs or manual first' },
  CONFLICT_MARKERS_LEFT: { status: 409, what: 'The file still has conflict markers', remedy: 'Edit them out first, or take ours or theirs' },
  MERGE_BLOCKED: { status: 409, what: 'Something that git ignores stands where the merge would write', remedy: 'Move it away and merge again' },
  WORK_UNFINISHED: { status: 409, what: 'The work is in the middle of a merge or rebase', remedy: 'Finish or abort it in that worktree, by hand or by starting the task again, then repeat this. Only conflict markers that are meant can be taken as they are, with force true' },
  TARGET_EXISTS: { status: 409, what: 'The target directory exists', remedy: 'Name one that does not exist yet, or move away what is there' },
  REPOSITORY_BUSY: { status: 409, what: 'Another git process holds a lock in this repository', remedy: 'Try again when it has finished; remove the named lock file if none is running' },
  COMPLETION_RUNNING: { status: 409, what: 'A completion action of this task is under way', remedy: 'Wait until its completion says succeeded or failed' },
  COMPLETION_FAILED: { status: 409, what: 'The completion action failed', remedy: 'POST /tasks/{taskId}/completion runs it again' },
  COMPLETION_CONFLICT: { status: 409, what: 'The work conflicts with the target branch; nothing was changed', remedy: 'Bring the target branch into the work, by starting the task again or by hand from its branch (action branch), and run the action again' },
  CHECKOUT_NOT_CLEAN: { status: 409, what: 'The branch is checked out where work is not committed; nothing was changed', remedy: 'Commit, stash or move the named files away, or check out another branch there, and run the action again' },
  CHECKOUT_BUSY: { status: 409, what: 'The branch is in use by a checkout that cannot be updated now; nothing was changed', remedy: 'Finish what is under way there, or check out another branch, and run the action again' },
  BRANCH_TAKEN: { status: 409, what: "The branch cannot be written without losing what is somebody else's", remedy: 'Rename or delete the named branch in the target repository and run the action again' },
  TARGET_BRANCH_NOT_FOUND: { status: 409, what: 'The target repository has no such branch', remedy: 'Make the branch there, or give another targetBranch, and run the action again' },
  NO_COMMIT_IDENTITY: { status: 409, what: "git's configuration of the target repository names nobody to commit as", remedy: 'Run `git config --global user.name` and `user.email` with your own, or set MAKIMA_COMMIT_AUTHOR="Name <mail>", and run the action again' },
  REMOTE_NOT_FOUND: { status: 409, what: 'The target repository has no usable remote origin', remedy: 'Run `git remote add origin <url>` or `git remote set-url origin <url>` there and run the action again' },
  PUSH_REJECTED: { status: 409, what: 'The branch was not taken by origin', remedy: 'The branch is in the target repository: correct what is named, then run the action again' },
  PULL_REQUEST_UNAVAILABLE: { status: 409, what: 'The branch is pushed, but there is nothing to open a pull request with', remedy: 'Install gh and run `gh auth login`, or set GITHUB_TOKEN (and GITHUB_API_URL for an enterprise server) in the environment of the daemon, and run the action again' },
  PULL_REQUEST_FAILED: { status: 409, what: 'The branch is pushed, but the pull request was refused', remedy: 'Correct what is named and run the action again' },
  // 413, 415, 429, 431, 503, 507
  BODY_TOO_LARGE: { status: 413, what: 'The body is larger than the limit', remedy: 'Send less; GET /api/v1/mesh/info names the limits' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, what: 'The body is of a type that is not understood here', remedy: 'Send application/json or application/x-www-form-urlencoded' },
  HEADERS_TOO_LARGE: { status: 431, what: 'The headers are larger than 16 KiB', remedy: 'Send what is long in the body' },
  TOO_MANY_TASKS: { status: 429, what: 'The limit of tasks is reached', remedy: 'Delete tasks that are no longer needed' },
  TOO_MANY_STREAMS: { status: 429, what: 'The limit of open streams is reached', remedy: 'Close a stream first' },
  NOT_READY: { status: 503, what: 'The daemon is starting or shutting down', remedy: 'Try again in a moment; /readyz says when' },
  HANDLER_TIMEOUT: { status: 503, what: 'The answer took too long', remedy: 'GET what was asked for to see how it went, and try again' },
  // the task's own failures: they stand in errorMessage, and answer a request where one waits for them
  GIT_FAILED: { status: 500, what: 'git failed', remedy: 'Read what git said; the command is in the log' },
  GIT_AUTHENTICATION: { status: 502, what: 'The remote refused the credentials', remedy: 'Check that `git ls-remote <url>` works in a terminal of the same user' },
  GIT_UNREACHABLE: { status: 502, what: 'The remote could not be reached', remedy: 'Check the URL and the network' },
  DISK_FULL: { status: 507, what: 'The disk is full', remedy: 'Free some space and try again' },
  REPOSITORY_EMPTY: { status: 409, what: 'The repository has no commit yet', remedy: 'Make a first commit, or use new:// for a new repository' },
  BRANCH_NOT_FOUND: { status: 400, what: 'The repository has no such branch', remedy: 'Give one that exists; as baseBranch it may be left out, for the default branch' },
  SETUP_FAILED: { status: 500, what: "The repository's setup command failed", remedy: 'Its output is in the log; correct it in makima.json' },
  AGENT_NOT_FOUND: { status: 500, what: 'The agent is not installed', remedy: 'When it is there, start the task again' },
  AGENT_FAILED: { status: 500, what: 'The agent failed', remedy: "Read the task's output" },
  INTERNAL: { status: 500, what: 'Something went wrong inside makima', remedy: 'The log has the details; please report it' },
} as const satisfies Record<string, { status: number; what: string; remedy: string }>;

export type ErrorCode = keyof typeof errorTable;

/** A failure with a stable code. The message is what happened, in the detail's words where there is one, and the remedy. */
export class MakimaError extends Error {
  override readonly name = 'MakimaError';
  readonly code: ErrorCode;
  readonly statusCode: number;
  /** Further fields of the error body, such as the names of the branches that are left. */
  readonly details: Readonly<Record<string, unknown>>;

  /**
   * @param code - a key of the table
   * @param detail - what happened in this case, one sentence without its full stop; the table's own words where left out
   * @param options - `cause`, and `details` for the error body
   */
  constructor(code: ErrorCode, detail?: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    const row = errorTable[code];
    super(`${detail ?? row.what}. ${row.remedy}.`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.statusCode = row.status;
    this.details = options.details ?? {};
  }
}

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
