/** Generated from openapi.yaml by `npm run openapi`: the shapes of makima's API by name, and `paths` for openapi-fetch. */
export interface paths {
    "/api/v1/mesh/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tasks, newest first
         * @description A page of tasks; `nextCursor`, and the `Link` header, lead to the next one, also while tasks are made and deleted. A poll sends the `ETag` of its last answer as `If-None-Match` and is told 304 while nothing has changed, or asks with `updatedSince` for what has. `view=summary` leaves the plans out.
         */
        get: operations["listTasks"];
        put?: never;
        /**
         * Make a task, and start it where start is true
         * @description A task is a plan for an agent and where it works: a repository on this machine, a clone URL, a new one, or an empty directory. It is made as `pending`; with `start: true` it is queued at once. A subtask names its parent, which must be an orchestrator, and has the parent's repository, branches and agent. With an `Idempotency-Key` a repeat is answered with the task that the first request made, so that a client may safely send it again.
         */
        post: operations["createTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a task
         * @description The task as it now is. With the `ETag` of an earlier answer as `If-None-Match` it is 304 while nothing has changed.
         */
        get: operations["getTask"];
        /**
         * Change a task, report progress, or finish it with status done
         * @description `name`, `plan` and `priority` change while the task is pending, `model` and `effort` while it is not active, `budget` and `progressSummary` at any time: where a budget is raised, what is under it goes on, and what was stopped can be started. `status: "done"` finishes a running task. For an orchestrator that is refused while work of its subtasks is neither merged, copied nor skipped (`SUBTASKS_NOT_INTEGRATED`, which names the branches), unless `force` is true.
         */
        put: operations["updateTask"];
        post?: never;
        /**
         * Delete a terminal or pending task with its log and worktree
         * @description What its worktree holds and git does not ignore is kept before it goes, and `POST /tasks/{taskId}/worktree/restore` brings it back. The tasks below it go with it. Stop what is active first. `worktree=keep` leaves the directory where it is.
         */
        delete: operations["deleteTask"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/subtasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List direct children, oldest first
         * @description All of them at once: a task has few. `GET /tasks?parentTaskId=` lists them by pages.
         */
        get: operations["listSubtasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/tree": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a task with everything below it
         * @description Each task has its `subtasks`, oldest first.
         */
        get: operations["getTree"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what a task and its tree have used, and what is left of their budgets
         * @description Tokens, cost and turns as the agents tell them, and the minutes for which they ran. Of a turn that was broken off without a result it is what its lines let one know: what was read, about what was written, and no cost. `budgets` has each budget that the task is under, its own and those above it.
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Queue a task; a terminal one runs again in its worktree
         * @description It is answered when the task is queued, not when its agent works: follow its events, or wait. A task that has ended runs again in the same worktree: from its plan, or, with `resume`, with the session of its agent, which knows all that it did before; also where the daemon or the machine went down meanwhile. `message` is what it is told then. A task whose agent never had a session is `NO_SESSION`; where the agent has lost it since, the task fails and says so, and a start without `resume` begins a new one.
         */
        post: operations["startTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Interrupt the agent, then terminate it, then kill everything it started
         * @description It is answered when the stop is stored. The agent is interrupted, then terminated, then everything that it started is killed, however deep or detached, and the task is `interrupted`. Subtasks of an orchestrator are stopped with it, unless `subtasks` is `keep`. The worktree stays.
         */
        post: operations["stopTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Halt everything that the agent runs
         * @description Its processes are halted where they are, and keep their memory. The task keeps its slot.
         */
        post: operations["pauseTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a paused task go on
         * @description Its processes go on where they were halted.
         */
        post: operations["resumeTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/wait": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Wait until a task is terminal, or its completion action is over too, or the time is
         * @description A long poll. It is answered with the task as soon as it is over, and with the task as it then is when the time is: the header `X-Makima-Over` says which. Ask again for longer. It is answered early, as `false`, where the daemon shuts down.
         */
        get: operations["waitForTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what its agent does not have yet
         * @description In the order in which the agent gets them, whoever sent them. One that is `handed` is about to be read and cannot be withdrawn.
         */
        get: operations["listMessages"];
        put?: never;
        /**
         * Say something more to the agent of a task
         * @description It is kept, and handed to the agent in order, once, at the moment that fits: at once where the agent works, when it goes on where it is paused or blocked, when it runs where the task is queued. What has not reached it when a run ends is the first that the next one is told. To a task that has ended it is `TASK_NOT_RUNNING`, unless `resume` is true: then the task goes on for it, with the session of its agent.
         */
        post: operations["sendMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/messages/{messageId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take back what its agent does not have yet
         * @description A repeat is answered the same. One that the agent has, or is about to read, is `MESSAGE_DELIVERED`.
         */
        delete: operations["withdrawMessage"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/sibling-context": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell a running agent what a sibling did
         * @description The agent is told the sibling's name and status, its summary and the files that it has changed.
         */
        post: operations["shareSibling"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents ask, of every task that the caller may see, the newest first
         * @description With `status=pending` what waits for an answer. A tool key sees those of its own task and of the tasks below it. What is decided is kept with its task, the last 200 of each.
         */
        get: operations["listApprovals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the agent of a task has asked, the newest first
         * @description What is decided is there with how it was; the last 200 of it are kept.
         */
        get: operations["listTaskApprovals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/approvals/{approvalId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Allow or deny what an agent asks, or answer its question
         * @description It is answered when the decision is stored. The agent has it once, also over a restart of the daemon, and as soon as its task has a slot again. A tool key decides for the tasks below its own. `remember` decides what `suggestions` names in the same way from now on, of this task or of its whole tree, without asking anybody. 409 `APPROVAL_DECIDED`: somebody was quicker, or the agent waits no more.
         */
        post: operations["decideApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send remarks on the diff of a task to its agent; a task that has ended goes on for it
         * @description One message, in which each remark stands with the lines around the one that it is on: as the file is in the worktree now, or as it was at the base commit. Paths are those of the diff. A running agent gets it as any message; a task that has ended goes on for it, with the session of its agent, or from its plan where it has none.
         */
        post: operations["reviewTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/worktree": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the worktree is
         * @description `exists` is false where its files were put away (`awaySince`), or somebody else removed them. A task that was never started has none: 404.
         */
        get: operations["getWorktree"];
        put?: never;
        post?: never;
        /**
         * Put away the worktree of a task that has ended; the task, its log and its repository stay
         * @description Its files go; what git does not ignore of them, committed or not, is kept in the repository, which stays. A restore or the next start of the task brings it back. What git ignores, such as `node_modules`, is not kept. A worktree in which a process works, which is being changed, or whose tree of tasks is not over is left as it is.
         */
        delete: operations["removeWorktree"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A task's changes against its base commit, uncommitted and untracked ones too
         * @description Also while the agent works, and without touching its index. As JSON the files with their counts, as plain text the patch: what `git apply` takes, binary files included.
         */
        get: operations["getDiff"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/worktree/clone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a stand-alone copy of the worktree
         * @description A repository of its own, with the history and everything that git does not ignore. Nothing in it leads back to makima.
         */
        post: operations["cloneWorktree"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/worktree/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring back a worktree that was put away or deleted, with its task where that was deleted too
         * @description All that a deletion, or putting it away, has kept: what git does not ignore, committed or not, and the repository. A parent comes back before its subtasks, or these with `parentTaskId=none` as tasks of their own.
         */
        post: operations["restoreWorktree"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/targets/exists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether something is at a path
         * @description Before a copy is made: `~` is the home, and what is asked for need not be a directory.
         */
        get: operations["targetExists"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/branches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the branches of the subtasks, and which are merged
         * @description `isMerged` looks at what is in the worktree now: a subtask that goes on is unmerged again.
         */
        get: operations["listBranches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/merge/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a merge would come to, with nothing touched; without a subtask: of all, and the best order
         * @description With `subtaskId` what merging this one would come to; without, of all that are left, and an order in which most of them merge cleanly.
         */
        get: operations["previewMerge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The merge under way, and its conflicts that are left
         * @description `inProgress` is false where none is. It says what git would: what the agent has resolved by hand with `git add` is resolved.
         */
        get: operations["getMerge"];
        put?: never;
        /**
         * Merge everything that a subtask's worktree holds and git does not ignore
         * @description Committed or not, all that the worktree of the subtask holds and git does not ignore is merged and committed. With conflicts it is 409 `MERGE_CONFLICT`, whose body has `conflicts`, and the merge is left open: resolve each file and commit, or abort.
         */
        post: operations["startMerge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/merge/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve one file
         * @description Answered with what is left. `manual` is refused while the file has conflict markers.
         */
        post: operations["resolveConflict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/merge/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Commit the merge once every conflict is resolved
         * @description Refused while a file is not resolved.
         */
        post: operations["commitMerge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/merge/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo the merge: the worktree is again exactly as before it
         * @description Files, modes, times, index and HEAD are as they were before; what that takes away is kept under a ref.
         */
        post: operations["abortMerge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/merge/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leave a subtask's work out on purpose
         * @description The subtask then counts as integrated. Merging it later takes that back.
         */
        post: operations["skipSubtask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/merge/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether all work of the subtasks is merged, copied or skipped, so that the task can be finished
         * @description What `PUT /tasks/{taskId}` with `status: "done"` asks, told beforehand.
         */
        get: operations["checkMerge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/completion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring the task's work into a repository as a branch, a merge or a pull request; safe to repeat
         * @description Of a task that has ended. What is left out is as the task has it. Nothing is forced and nothing half done: where a checkout is not clean, or there are conflicts, it fails, says what stands in the way and has changed nothing.
         */
        post: operations["runCompletion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a task's output: a page of JSON, or all of it streamed, up to now or live
         * @description What the agent printed, in three forms, as `Accept` asks for: a page of events in JSON, where `nextCursor` is the next `after`; all of them as NDJSON; and the text that a person reads. The latter two go on with what comes with `follow=true`. `tail` leaves out all but the last so many events, which are found from the end.
         */
        get: operations["readOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that happened and happens to a task, until it has ended
         * @description From the first event on, or from the one after `after`, then live, until `end`: the task is terminal, its completion action has run and its log is complete. A connection that broke is taken up by the `id:` of the last event that came, a number and the name of what it was counted in, as `Last-Event-ID` (an EventSource does so by itself) or `after`: nothing is missing then, and nothing comes twice. An id of another home, or of one that a backup was put in the place of, is `410 EVENTS_GONE`. Two types are made for who asks for them by `types`. A `task` event is the task as it is when it is sent, with the id of the latest event before it. An `activity` event is what the agent does, in words that are the same for agents of all makers: its line, in the `output` event that follows, is the maker's own; of what is longer than a client should expect the begin is there, and `isCut`. A comment every 15 seconds says that the stream lives.
         */
        get: operations["followTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens to every task that the caller may see; live only, unless after is given
         * @description Of every task that the caller may see, in one stream. A connection that broke is taken up by the `id:` of the last event that came, a number and the name of what it was counted in, as `Last-Event-ID` (an EventSource does so by itself) or `after`: nothing is missing then, and nothing comes twice. An id of another home, or of one that a backup was put in the place of, is `410 EVENTS_GONE`. Two types are made for who asks for them by `types`. A `task` event is the task as it is when it is sent, with the id of the latest event before it. An `activity` event is what the agent does, in words that are the same for agents of all makers: its line, in the `output` event that follows, is the maker's own; of what is longer than a client should expect the begin is there, and `isCut`. A comment every 15 seconds says that the stream lives. Where neither is given, the first `id:` comes before any event, and says from where on the stream is whole.
         *
         *     With `snapshot=true` a list needs this one stream and no poll: first a `task` event for each task, the newest first, then an event `snapshot` that says how many there were, then what happens from exactly there on, with a `task` event after each change of a task and one with `deleted: true` after its end. A reader that comes back to the same address with `Last-Event-ID` gets all states again, and then the events that it has missed; what it knows of other tasks was deleted. One that reads slowly gets the latest state of each task alone.
         */
        get: operations["followAll"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/tool-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a task's keys, without the keys themselves
         * @description Those that were made by hand, and the one of a run that is under way.
         */
        get: operations["listToolKeys"];
        put?: never;
        /**
         * Make a key; it is shown this once
         * @description For a script or a server that is to reach one task's tree and nothing else. makima keeps a hash of it alone. An orchestrator's agent gets one of its own for each run, which ends with that.
         */
        post: operations["createToolKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/tasks/{taskId}/tool-keys/{keyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key: the next call with it is 401
         * @description A call with it that is under way is answered to its end.
         */
        delete: operations["deleteToolKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The webhooks, the oldest first, and how it goes with them
         * @description Without their secrets.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Have events posted to an address from now on; its secret is shown this once
         * @description Bodies are signed as Standard Webhooks says. Each event is delivered at least once, those of a task in order, also over restarts; docs/webhooks.md says what holds. An address of this machine or of a private network must be allowed by `MAKIMA_WEBHOOK_ALLOW`.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/webhooks/{webhookId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One webhook, and how it goes with it
         * @description What waits, and why the last try that failed did; `disabledAt` and `reason` where it was switched off.
         */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /**
         * Post nothing more to it, what waits neither
         * @description What is on its way may still arrive.
         */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Version, agents found, limits and counts
         * @description What keeps an agent from working is its `problem`, in words that say what to do. What the disk is used for is measured once an hour, and then only what has changed: nobody who asks waits for it.
         */
        get: operations["getInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mesh/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which agents tasks can have, and what keeps one from working
         * @description Which are known and which of them are installed. A task may be made with one that is not: its start says so, and what to do. A task below another has the agent of that where it names none.
         */
        get: operations["listAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the process lives
         * @description As long as the process answers. It asks for no credential.
         */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether it takes requests
         * @description From when the runs of the daemon before are taken up until it shuts down; else 503. It asks for no credential.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Measurements for Prometheus
         * @description Requests, tasks by status, open streams, prepared worktrees, the disk, and what Node measures of itself.
         */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document as JSON
         * @description Of the version that answers. It asks for no credential.
         */
        get: operations["openapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document as YAML
         * @description Of the version that answers, as it is in the package. It asks for no credential.
         */
        get: operations["openapiYaml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/asyncapi.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The frames of the WebSocket as an AsyncAPI document
         * @description Of the version that answers, as it is in the package. It asks for no credential.
         */
        get: operations["asyncapiYaml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    event: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What is posted to a webhook for each event
         * @description Signed as Standard Webhooks says, with the secret of the webhook. Any 2xx takes it; 410 switches the webhook off; anything else, and a silence of 15 s, is tried again with growing pauses.
         */
        post: operations["webhookEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /** @description A plan for an agent, where it works, and what became of it */
        Task: {
            /**
             * Format: uuid
             * @description Made by the daemon
             */
            id: string;
            /** @description For people, and for the name of the branch */
            name: string;
            /** @description What the agent is to do, in words */
            plan: string;
            /**
             * @description Where it is in its life; done, failed and interrupted are final until it is started again
             * @enum {string}
             */
            status: "pending" | "queued" | "initializing" | "starting" | "running" | "paused" | "blocked" | "done" | "failed" | "interrupted";
            /** @description Why it does not go on */
            waitsFor: {
                /**
                 * @description slot: for its turn; dependency: for tasks that it stands on; subtasks: its agent waits for their ends; approval: for an answer; limit: until its account may go on
                 * @enum {string}
                 */
                kind: "slot" | "dependency" | "subtasks" | "approval" | "limit";
                /** @description Of dependency and subtasks: those that have not ended */
                taskIds?: string[];
                /** @description Of approval: what is to be decided */
                approvalIds?: string[];
                /**
                 * Format: date-time
                 * @description Of limit: when it is over; null where nobody knows
                 */
                until?: string | null;
                /** @description Of slot: its place among those of its depth; 1 starts next */
                position?: number;
            } | null;
            /** @description Whether it may have subtasks */
            isOrchestrator: boolean;
            /**
             * Format: uuid
             * @description The orchestrator that it is below; null at the top of a tree
             */
            parentTaskId: string | null;
            /** @description 0 is the top of a tree */
            depth: number;
            /** @description The name of its agent, as info lists them */
            agent: string;
            /** @description What the agent is asked to run with; null: its own default */
            model: string | null;
            /** @description How hard it is to think, as the agent names it; null: its own default */
            effort: string | null;
            /** @description What the task and all below it may use, together */
            budget: {
                /** @description In US dollars, as the agents say */
                maxCostUsd?: number;
                /** @description Tokens read and written, those of the cache too */
                maxTokens?: number;
                /** @description Turns of agents */
                maxTurns?: number;
                /** @description Minutes in which its runs went on */
                maxMinutes?: number;
            } | null;
            /** @description What it works on: a path, a clone URL or new://name; null: a scratch directory */
            repositoryUrl: string | null;
            /** @description The branch that its work begins at; null: the default one */
            baseBranch: string | null;
            /** @description The branch that its completion is for; null: the default one of the target */
            targetBranch: string | null;
            /** @description The repository on this machine that its work is brought into */
            targetRepoPath: string | null;
            /**
             * @description What becomes of its work when it ends well
             * @enum {string}
             */
            completionAction: "none" | "branch" | "merge" | "pr";
            /**
             * Format: uuid
             * @description The task whose worktree it begins with
             */
            continueFromTaskId: string | null;
            /** @description Files and directories that it is given from its parent's worktree */
            copyFiles: string[];
            /** @description Tasks that have to be done before it begins */
            dependsOn: string[];
            /** @description Higher starts first */
            priority: number;
            /** @description The absolute path of the worktree; null as long as there is none, and while its files are put away */
            overlayPath: string | null;
            /** @description Of its worktree */
            branch: string | null;
            /** @description The branch of its source, or the pull request, that it goes on with, as it is found again; null: its branch is its own */
            continuesBranch: string | null;
            /** @description The commit that its work began at, and its diff is against */
            baseCommit: string | null;
            /** @description The agent's own session id */
            sessionId: string | null;
            /** @description What it says of its progress, and of its end */
            progressSummary: string | null;
            /** @description Why it failed or was interrupted, and what to do */
            errorMessage: string | null;
            /** @description Of the last run, the first 50 */
            warnings: {
                /** @description Stable, such as SUBTASKS_UNATTENDED */
                code: string;
                /** @description What was found, and what to do */
                message: string;
            }[];
            /** @description Of the last run of its agent */
            exitCode: number | null;
            /** @description What the agent used, over all runs of the task */
            usage: {
                /** @description Tokens that the model read, without those of the cache */
                inputTokens: number;
                /** @description Tokens that it wrote */
                outputTokens: number;
                /** @description Tokens that it had from the cache */
                cacheReadTokens: number;
                /** @description Tokens that went into the cache */
                cacheWriteTokens: number;
                /** @description In US dollars, as the agent says */
                costUsd: number;
                /** @description How many turns the agent took */
                turns: number;
            } | null;
            /** @description The result of the completion action */
            completion: {
                /**
                 * @description What was asked for
                 * @enum {string}
                 */
                action: "none" | "branch" | "merge" | "pr";
                /**
                 * @description How far it is
                 * @enum {string}
                 */
                status: "running" | "succeeded" | "failed";
                /** @description What was done, or why not */
                message: string | null;
                /** @description The address of the pull request */
                prUrl: string | null;
                /** @description The commit that the branch is at */
                commitSha: string | null;
                /** @description The branch with the task's work */
                branch: string | null;
            } | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When a field of it changed last; never earlier than that of a change before
             */
            updatedAt: string;
            /**
             * Format: date-time
             * @description When it was started last
             */
            queuedAt: string | null;
            /**
             * Format: date-time
             * @description When its last run began
             */
            startedAt: string | null;
            /**
             * Format: date-time
             * @description When its last run ended
             */
            completedAt: string | null;
        };
        /** @description A task of a list, which may be without its plan */
        ListedTask: {
            /**
             * Format: uuid
             * @description Made by the daemon
             */
            id: string;
            /** @description For people, and for the name of the branch */
            name: string;
            /** @description Left out with view=summary */
            plan?: string;
            /**
             * @description Where it is in its life; done, failed and interrupted are final until it is started again
             * @enum {string}
             */
            status: "pending" | "queued" | "initializing" | "starting" | "running" | "paused" | "blocked" | "done" | "failed" | "interrupted";
            /** @description Why it does not go on */
            waitsFor: {
                /**
                 * @description slot: for its turn; dependency: for tasks that it stands on; subtasks: its agent waits for their ends; approval: for an answer; limit: until its account may go on
                 * @enum {string}
                 */
                kind: "slot" | "dependency" | "subtasks" | "approval" | "limit";
                /** @description Of dependency and subtasks: those that have not ended */
                taskIds?: string[];
                /** @description Of approval: what is to be decided */
                approvalIds?: string[];
                /**
                 * Format: date-time
                 * @description Of limit: when it is over; null where nobody knows
                 */
                until?: string | null;
                /** @description Of slot: its place among those of its depth; 1 starts next */
                position?: number;
            } | null;
            /** @description Whether it may have subtasks */
            isOrchestrator: boolean;
            /**
             * Format: uuid
             * @description The orchestrator that it is below; null at the top of a tree
             */
            parentTaskId: string | null;
            /** @description 0 is the top of a tree */
            depth: number;
            /** @description The name of its agent, as info lists them */
            agent: string;
            /** @description What the agent is asked to run with; null: its own default */
            model: string | null;
            /** @description How hard it is to think, as the agent names it; null: its own default */
            effort: string | null;
            /** @description What the task and all below it may use, together */
            budget: {
                /** @description In US dollars, as the agents say */
                maxCostUsd?: number;
                /** @description Tokens read and written, those of the cache too */
                maxTokens?: number;
                /** @description Turns of agents */
                maxTurns?: number;
                /** @description Minutes in which its runs went on */
                maxMinutes?: number;
            } | null;
            /** @description What it works on: a path, a clone URL or new://name; null: a scratch directory */
            repositoryUrl: string | null;
            /** @description The branch that its work begins at; null: the default one */
            baseBranch: string | null;
            /** @description The branch that its completion is for; null: the default one of the target */
            targetBranch: string | null;
            /** @description The repository on this machine that its work is brought into */
            targetRepoPath: string | null;
            /**
             * @description What becomes of its work when it ends well
             * @enum {string}
             */
            completionAction: "none" | "branch" | "merge" | "pr";
            /**
             * Format: uuid
             * @description The task whose worktree it begins with
             */
            continueFromTaskId: string | null;
            /** @description Files and directories that it is given from its parent's worktree */
            copyFiles: string[];
            /** @description Tasks that have to be done before it begins */
            dependsOn: string[];
            /** @description Higher starts first */
            priority: number;
            /** @description The absolute path of the worktree; null as long as there is none, and while its files are put away */
            overlayPath: string | null;
            /** @description Of its worktree */
            branch: string | null;
            /** @description The branch of its source, or the pull request, that it goes on with, as it is found again; null: its branch is its own */
            continuesBranch: string | null;
            /** @description The commit that its work began at, and its diff is against */
            baseCommit: string | null;
            /** @description The agent's own session id */
            sessionId: string | null;
            /** @description What it says of its progress, and of its end */
            progressSummary: string | null;
            /** @description Why it failed or was interrupted, and what to do */
            errorMessage: string | null;
            /** @description Of the last run, the first 50 */
            warnings: {
                /** @description Stable, such as SUBTASKS_UNATTENDED */
                code: string;
                /** @description What was found, and what to do */
                message: string;
            }[];
            /** @description Of the last run of its agent */
            exitCode: number | null;
            /** @description What the agent used, over all runs of the task */
            usage: {
                /** @description Tokens that the model read, without those of the cache */
                inputTokens: number;
                /** @description Tokens that it wrote */
                outputTokens: number;
                /** @description Tokens that it had from the cache */
                cacheReadTokens: number;
                /** @description Tokens that went into the cache */
                cacheWriteTokens: number;
                /** @description In US dollars, as the agent says */
                costUsd: number;
                /** @description How many turns the agent took */
                turns: number;
            } | null;
            /** @description The result of the completion action */
            completion: {
                /**
                 * @description What was asked for
                 * @enum {string}
                 */
                action: "none" | "branch" | "merge" | "pr";
                /**
                 * @description How far it is
                 * @enum {string}
                 */
                status: "running" | "succeeded" | "failed";
                /** @description What was done, or why not */
                message: string | null;
                /** @description The address of the pull request */
                prUrl: string | null;
                /** @description The commit that the branch is at */
                commitSha: string | null;
                /** @description The branch with the task's work */
                branch: string | null;
            } | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When a field of it changed last; never earlier than that of a change before
             */
            updatedAt: string;
            /**
             * Format: date-time
             * @description When it was started last
             */
            queuedAt: string | null;
            /**
             * Format: date-time
             * @description When its last run began
             */
            startedAt: string | null;
            /**
             * Format: date-time
             * @description When its last run ended
             */
            completedAt: string | null;
        };
        /** @description A page of tasks */
        TaskPage: {
            /** @description Newest first */
            items: components["schemas"]["ListedTask"][];
            /** @description The cursor of the next page; null: this is the last */
            nextCursor: string | null;
        };
        /** @description A task with everything below it */
        TaskTree: {
            /**
             * Format: uuid
             * @description Made by the daemon
             */
            id: string;
            /** @description For people, and for the name of the branch */
            name: string;
            /** @description What the agent is to do, in words */
            plan: string;
            /**
             * @description Where it is in its life; done, failed and interrupted are final until it is started again
             * @enum {string}
             */
            status: "pending" | "queued" | "initializing" | "starting" | "running" | "paused" | "blocked" | "done" | "failed" | "interrupted";
            /** @description Why it does not go on */
            waitsFor: {
                /**
                 * @description slot: for its turn; dependency: for tasks that it stands on; subtasks: its agent waits for their ends; approval: for an answer; limit: until its account may go on
                 * @enum {string}
                 */
                kind: "slot" | "dependency" | "subtasks" | "approval" | "limit";
                /** @description Of dependency and subtasks: those that have not ended */
                taskIds?: string[];
                /** @description Of approval: what is to be decided */
                approvalIds?: string[];
                /**
                 * Format: date-time
                 * @description Of limit: when it is over; null where nobody knows
                 */
                until?: string | null;
                /** @description Of slot: its place among those of its depth; 1 starts next */
                position?: number;
            } | null;
            /** @description Whether it may have subtasks */
            isOrchestrator: boolean;
            /**
             * Format: uuid
             * @description The orchestrator that it is below; null at the top of a tree
             */
            parentTaskId: string | null;
            /** @description 0 is the top of a tree */
            depth: number;
            /** @description The name of its agent, as info lists them */
            agent: string;
            /** @description What the agent is asked to run with; null: its own default */
            model: string | null;
            /** @description How hard it is to think, as the agent names it; null: its own default */
            effort: string | null;
            /** @description What the task and all below it may use, together */
            budget: {
                /** @description In US dollars, as the agents say */
                maxCostUsd?: number;
                /** @description Tokens read and written, those of the cache too */
                maxTokens?: number;
                /** @description Turns of agents */
                maxTurns?: number;
                /** @description Minutes in which its runs went on */
                maxMinutes?: number;
            } | null;
            /** @description What it works on: a path, a clone URL or new://name; null: a scratch directory */
            repositoryUrl: string | null;
            /** @description The branch that its work begins at; null: the default one */
            baseBranch: string | null;
            /** @description The branch that its completion is for; null: the default one of the target */
            targetBranch: string | null;
            /** @description The repository on this machine that its work is brought into */
            targetRepoPath: string | null;
            /**
             * @description What becomes of its work when it ends well
             * @enum {string}
             */
            completionAction: "none" | "branch" | "merge" | "pr";
            /**
             * Format: uuid
             * @description The task whose worktree it begins with
             */
            continueFromTaskId: string | null;
            /** @description Files and directories that it is given from its parent's worktree */
            copyFiles: string[];
            /** @description Tasks that have to be done before it begins */
            dependsOn: string[];
            /** @description Higher starts first */
            priority: number;
            /** @description The absolute path of the worktree; null as long as there is none, and while its files are put away */
            overlayPath: string | null;
            /** @description Of its worktree */
            branch: string | null;
            /** @description The branch of its source, or the pull request, that it goes on with, as it is found again; null: its branch is its own */
            continuesBranch: string | null;
            /** @description The commit that its work began at, and its diff is against */
            baseCommit: string | null;
            /** @description The agent's own session id */
            sessionId: string | null;
            /** @description What it says of its progress, and of its end */
            progressSummary: string | null;
            /** @description Why it failed or was interrupted, and what to do */
            errorMessage: string | null;
            /** @description Of the last run, the first 50 */
            warnings: {
                /** @description Stable, such as SUBTASKS_UNATTENDED */
                code: string;
                /** @description What was found, and what to do */
                message: string;
            }[];
            /** @description Of the last run of its agent */
            exitCode: number | null;
            /** @description What the agent used, over all runs of the task */
            usage: {
                /** @description Tokens that the model read, without those of the cache */
                inputTokens: number;
                /** @description Tokens that it wrote */
                outputTokens: number;
                /** @description Tokens that it had from the cache */
                cacheReadTokens: number;
                /** @description Tokens that went into the cache */
                cacheWriteTokens: number;
                /** @description In US dollars, as the agent says */
                costUsd: number;
                /** @description How many turns the agent took */
                turns: number;
            } | null;
            /** @description The result of the completion action */
            completion: {
                /**
                 * @description What was asked for
                 * @enum {string}
                 */
                action: "none" | "branch" | "merge" | "pr";
                /**
                 * @description How far it is
                 * @enum {string}
                 */
                status: "running" | "succeeded" | "failed";
                /** @description What was done, or why not */
                message: string | null;
                /** @description The address of the pull request */
                prUrl: string | null;
                /** @description The commit that the branch is at */
                commitSha: string | null;
                /** @description The branch with the task's work */
                branch: string | null;
            } | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When a field of it changed last; never earlier than that of a change before
             */
            updatedAt: string;
            /**
             * Format: date-time
             * @description When it was started last
             */
            queuedAt: string | null;
            /**
             * Format: date-time
             * @description When its last run began
             */
            startedAt: string | null;
            /**
             * Format: date-time
             * @description When its last run ended
             */
            completedAt: string | null;
            /** @description Oldest first */
            subtasks: components["schemas"]["TaskTree"][];
        };
        /** @description What a task has used */
        UsageReport: {
            /** @description The task by itself, over all its runs */
            task: {
                /** @description Tokens that the model read, without those of the cache */
                inputTokens: number;
                /** @description Tokens that it wrote */
                outputTokens: number;
                /** @description Tokens that it had from the cache */
                cacheReadTokens: number;
                /** @description Tokens that went into the cache */
                cacheWriteTokens: number;
                /** @description In US dollars, as the agent says */
                costUsd: number;
                /** @description How many turns the agent took */
                turns: number;
                /** @description How long agents ran, by the clock; not while they were paused, blocked or waited for their turn */
                minutes: number;
            };
            /** @description The task and all that is or was below it: what deleted subtasks used counts */
            tree: {
                /** @description Tokens that the model read, without those of the cache */
                inputTokens: number;
                /** @description Tokens that it wrote */
                outputTokens: number;
                /** @description Tokens that it had from the cache */
                cacheReadTokens: number;
                /** @description Tokens that went into the cache */
                cacheWriteTokens: number;
                /** @description In US dollars, as the agent says */
                costUsd: number;
                /** @description How many turns the agent took */
                turns: number;
                /** @description How long agents ran, by the clock; not while they were paused, blocked or waited for their turn */
                minutes: number;
            };
            /** @description Of the task, the first one first */
            runs: {
                /**
                 * Format: uuid
                 * @description Of the run
                 */
                id: string;
                /** @description 1 is the first of its task */
                number: number;
                /**
                 * Format: date-time
                 * @description When it had its turn
                 */
                startedAt: string;
                /**
                 * Format: date-time
                 * @description When it ended; null: it has not
                 */
                endedAt: string | null;
                /** @description What it used by itself, also where it went on with the session of an earlier one */
                usage: {
                    /** @description Tokens that the model read, without those of the cache */
                    inputTokens: number;
                    /** @description Tokens that it wrote */
                    outputTokens: number;
                    /** @description Tokens that it had from the cache */
                    cacheReadTokens: number;
                    /** @description Tokens that went into the cache */
                    cacheWriteTokens: number;
                    /** @description In US dollars, as the agent says */
                    costUsd: number;
                    /** @description How many turns the agent took */
                    turns: number;
                    /** @description How long agents ran, by the clock; not while they were paused, blocked or waited for their turn */
                    minutes: number;
                };
            }[];
            /** @description That the task is under, the nearest first; a tool key sees those of its own tree */
            budgets: {
                /**
                 * Format: uuid
                 * @description The task whose budget it is
                 */
                taskId: string;
                /** @description Of that task */
                taskName: string;
                /** @description Each limit that it has */
                limits: {
                    /**
                     * @description Which limit
                     * @enum {string}
                     */
                    limit: "maxCostUsd" | "maxTokens" | "maxTurns" | "maxMinutes";
                    /** @description What that task and all below it have used */
                    used: number;
                    /** @description The limit */
                    max: number;
                    /** @description How much of it is used up */
                    percent: number;
                }[];
            }[];
        };
        /** @description A task to be made */
        CreateTask: {
            /** @description For people, and for the name of the branch */
            name: string;
            /** @description What the agent is to do, in words */
            plan: string;
            /** @description A path (~ is the home), a clone URL, new:// or new://name; left out: a scratch directory */
            repositoryUrl?: string;
            /** @description Where the work begins; the default branch where left out */
            baseBranch?: string;
            /** @description A branch of the repository to go on with, in place of a new one: its name, or a pull request at its origin by number (#7) or address. The work begins at its tip, and the completion action brings that branch forward */
            branch?: string;
            /** @description What the completion action is for; the default branch of the target where left out */
            targetBranch?: string;
            /** @description The repository on this machine that the completion action acts on; repositoryUrl where left out */
            targetRepoPath?: string;
            /**
             * @description What becomes of the work when the task ends well; not of a subtask
             * @enum {string}
             */
            completionAction?: "none" | "branch" | "merge" | "pr";
            /** @description Whether it may have subtasks, and its agent gets .makima/orchestrate.sh */
            isOrchestrator?: boolean;
            /**
             * Format: uuid
             * @description The orchestrator that it is a subtask of
             */
            parentTaskId?: string;
            /**
             * Format: uuid
             * @description A task whose worktree it begins with, uncommitted files too; one that has not ended is waited for
             */
            continueFromTaskId?: string;
            /** @description Of a subtask: files and directories of its parent's worktree that it is given, uncommitted ones too */
            copyFiles?: string[];
            /** @description Tasks that have to be done, completion action and all, before it begins; one that fails, is stopped or deleted fails it */
            dependsOn?: string[];
            /** @description Higher starts first; 0 where left out */
            priority?: number;
            /** @description By its name, as info lists them */
            agent?: string;
            /** @description A name or alias as the agent takes it */
            model?: string;
            /** @description As the agent names it: claude has low, medium, high, xhigh and max */
            effort?: string;
            /** @description What it and all below it may use, together; no limit where left out */
            budget?: {
                /** @description In US dollars, as the agents say */
                maxCostUsd?: number;
                /** @description Tokens read and written, those of the cache too */
                maxTokens?: number;
                /** @description Turns of agents */
                maxTurns?: number;
                /** @description Minutes in which its runs went on */
                maxMinutes?: number;
            };
            /** @description Start it at once */
            start?: boolean;
        };
        /** @description What of a task is to be another */
        UpdateTask: {
            /** @description For people, and for the name of the branch */
            name?: string;
            /** @description What the agent is to do, in words */
            plan?: string;
            /** @description Higher starts first; 0 where left out */
            priority?: number;
            /** @description Tasks that have to be done, completion action and all, before it begins; one that fails, is stopped or deleted fails it */
            dependsOn?: string[];
            /** @description A name or alias as the agent takes it */
            model?: string | null;
            /** @description As the agent names it: claude has low, medium, high, xhigh and max */
            effort?: string | null;
            /** @description In the place of the one before, at any time; null: no limit */
            budget?: {
                /** @description In US dollars, as the agents say */
                maxCostUsd?: number;
                /** @description Tokens read and written, those of the cache too */
                maxTokens?: number;
                /** @description Turns of agents */
                maxTurns?: number;
                /** @description Minutes in which its runs went on */
                maxMinutes?: number;
            } | null;
            /** @description How far it is, or what came of it */
            progressSummary?: string;
            /**
             * @description done finishes the task; completed is read as done
             * @enum {string}
             */
            status?: "done" | "completed";
            /** @description Finish although work of subtasks is not integrated */
            force?: boolean;
        };
        /** @description How the run begins */
        StartTask: {
            /** @description Of a task that has ended: go on with the session of its agent, instead of beginning again with the plan */
            resume?: boolean;
            /** @description What the agent is told, after the plan where it begins anew */
            message?: string;
        };
        /** @description How a task is stopped */
        StopTask: {
            /** @description false leaves the interrupt out and terminates at once */
            graceful?: boolean;
            /**
             * @description Whether the subtasks stop with it; MAKIMA_KEEP_SUBTASKS where left out
             * @enum {string}
             */
            subtasks?: "stop" | "keep";
        };
        /** @description What the agent is told */
        SendMessage: {
            /** @description In words, as the plan is */
            message: string;
            /** @description A task that has ended goes on for it, with the session of its agent */
            resume?: boolean;
        };
        /** @description What a sibling did */
        SiblingContext: {
            /**
             * Format: uuid
             * @description Another task of its tree that is not above it, or, of a task at the top, another one at the top of the same repository
             */
            siblingTaskId: string;
            /** @description What it did; its own summary where left out */
            summary?: string;
        };
        /** @description Remarks on a task's diff */
        ReviewTask: {
            /** @description In the order in which the agent is to read them */
            comments: {
                /** @description Of the file, as the diff names it: relative to the worktree */
                path: string;
                /** @description The number of the line; 1 is the first */
                line: number;
                /**
                 * @description old: of the file at the base commit; new, or left out: as it is in the worktree now, of a file that was deleted as it was
                 * @enum {string}
                 */
                side?: "old" | "new";
                /** @description What is to be said of it, in words */
                text: string;
            }[];
            /** @description What is to be said of the whole; needed where there is no comment */
            summary?: string;
        };
        /** @description What became of a message */
        Delivered: {
            /**
             * Format: uuid
             * @description Of the message
             */
            id: string;
            /** @description Whether the agent has it already; false: it is kept and follows */
            delivered: boolean;
        };
        /** @description What an agent asks, and what was decided */
        Approval: {
            /**
             * Format: uuid
             * @description By which it is decided
             */
            id: string;
            /**
             * Format: uuid
             * @description Whose agent asks
             */
            taskId: string;
            /**
             * @description tool: whether it may use one; question: what its user thinks
             * @enum {string}
             */
            kind: "tool" | "question";
            /** @description As the agent calls it */
            tool: string;
            /** @description What the tool would be given */
            input: {
                [key: string]: unknown;
            };
            /** @description Of a question: what is asked; null of a tool */
            questions: {
                /** @description In words; answers name it by them */
                question: string;
                /** @description What it is about, in a word */
                header: string | null;
                /** @description What the agent thinks of; any other words are an answer too */
                options: {
                    /** @description What is answered with it */
                    label: string;
                    /** @description What it means */
                    description: string | null;
                }[];
                /** @description Whether several may be chosen: their labels with commas between */
                multiSelect: boolean;
            }[] | null;
            /** @description What remember decides with it; empty: it can only be decided by itself */
            suggestions: {
                /** @description Which tool */
                tool: string;
                /** @description For which inputs, as the agent writes it, such as git add *; null: for this very input */
                rule: string | null;
            }[];
            /**
             * @description pending: the agent waits; withdrawn: it does no more, or has ended; expired: nobody has decided in time, and it was told no
             * @enum {string}
             */
            status: "pending" | "allowed" | "denied" | "withdrawn" | "expired";
            /** @description Of a no: what the agent was told; of a yes: the words that came with it, which it has as a message */
            message: string | null;
            /** @description To its questions, by the question */
            answers: {
                [key: string]: string;
            } | null;
            /** @description What the tool was given in the place of its input */
            updatedInput: {
                [key: string]: unknown;
            } | null;
            /**
             * @description For what else it was decided
             * @enum {string|null}
             */
            remember: "task" | "tree" | null;
            /**
             * Format: date-time
             * @description When it was asked
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it was decided, withdrawn or expired
             */
            decidedAt: string | null;
            /**
             * @description owner; orchestrator: the key of a task above; remembered: an earlier decision; makima: its settings, or its bounds
             * @enum {string|null}
             */
            decidedBy: "owner" | "orchestrator" | "remembered" | "makima" | null;
        };
        /** @description What an agent is answered */
        DecideApproval: {
            /**
             * @description Of a question, allow is that it is answered
             * @enum {string}
             */
            decision: "allow" | "deny";
            /** @description Of a no: why, in words for the agent. Of a question: the answer to what answers does not answer. Of a tool: told the agent with the yes */
            message?: string;
            /** @description Of a tool that is allowed: what it is given in the place of its input, as a whole */
            updatedInput?: {
                [key: string]: unknown;
            };
            /** @description To questions, by the question, its header or its number from 1: a label of its options, several with commas, or any words */
            answers?: {
                [key: string]: string;
            };
            /**
             * @description Decide what suggestions name in the same way from now on: of this task, or of its whole tree; for an orchestrator of all below it
             * @enum {string}
             */
            remember?: "task" | "tree";
        };
        /** @description A message that its agent does not have yet */
        WaitingMessage: {
            /**
             * Format: uuid
             * @description Of the message
             */
            id: string;
            /**
             * Format: uuid
             * @description Whose agent gets it
             */
            taskId: string;
            /**
             * @description user: what somebody says to it; review: remarks on its diff; sibling: what another task did; inbox: what its subtasks came to
             * @enum {string}
             */
            kind: "user" | "review" | "sibling" | "inbox";
            /** @description In words, as the agent gets it */
            message: string;
            /**
             * @description waiting: it can be withdrawn; handed: it is on its way into the agent, which has not read it
             * @enum {string}
             */
            state: "waiting" | "handed";
            /**
             * Format: date-time
             * @description When it was taken
             */
            createdAt: string;
        };
        /** @description Where a task works */
        Worktree: {
            /** @description Its absolute path */
            path: string;
            /** @description Its branch */
            branch: string | null;
            /** @description The commit that the work began at */
            baseCommit: string | null;
            /** @description Whether the directory is there */
            exists: boolean;
            /**
             * Format: date-time
             * @description When its files were put away, what git does not ignore of them kept; null where they were not. A start or a restore brings them back
             */
            awaySince: string | null;
        };
        /** @description A worktree whose files are put away */
        RemovedWorktree: {
            /** @description Where it was */
            path: string;
            /** @description What it took on the disk, about */
            bytes: number;
        };
        /** @description A file that a task has changed */
        FileChange: {
            /** @description In the worktree */
            path: string;
            /**
             * @description What was done to it
             * @enum {string}
             */
            status: "added" | "modified" | "deleted" | "renamed" | "type-changed";
            /** @description Of a renamed file */
            oldPath?: string;
            /** @description null for a binary file */
            additions: number | null;
            /** @description null for a binary file */
            deletions: number | null;
        };
        /** @description A copy of a worktree to be made */
        CloneWorktree: {
            /** @description Where to; ~ is the home, and nothing may be there yet */
            targetDir: string;
        };
        /** @description A copy of a worktree */
        CloneResult: {
            /** @description true; a failure is an error */
            success: boolean;
            /** @description What was done */
            message: string;
            /** @description The absolute path of the copy */
            targetDir: string;
        };
        /** @description Whether something is at a path */
        TargetExists: {
            /** @description Whether something is there */
            exists: boolean;
            /** @description The absolute path that was looked at */
            targetDir: string;
        };
        /** @description What is left out is the task's own */
        RunCompletion: {
            /**
             * @description What to do
             * @enum {string}
             */
            action?: "branch" | "merge" | "pr";
            /** @description A repository on this machine; ~ is the home */
            targetRepoPath?: string;
            /** @description The branch to merge into */
            targetBranch?: string;
            /** @description Brings out files with conflict markers too, where they are meant */
            force?: boolean;
        };
        /** @description What a completion action has done */
        CompletionResult: {
            /** @description true; a failure is an error */
            success: boolean;
            /** @description What was done */
            message: string;
            /** @description The address of the pull request */
            prUrl: string | null;
            /** @description The commit that the branch is at */
            commitSha: string | null;
            /** @description The branch with the task's work */
            branch: string | null;
        };
        /** @description The work of a subtask, and whether it is merged */
        SubtaskBranch: {
            /** @description Of the branch */
            name: string;
            /**
             * Format: uuid
             * @description Of the subtask
             */
            taskId: string;
            /** @description Its name */
            taskName: string;
            /** @description Whether all that the subtask's worktree holds is in the task's */
            isMerged: boolean;
            /** @description Whether it is left out on purpose */
            isSkipped: boolean;
            /** @description Commits of the branch that the task's branch has not; uncommitted work is not counted */
            ahead: number;
            /** @description The commit that the branch is at */
            lastCommit: string | null;
            /** @description The first line of its message */
            lastCommitMessage: string | null;
        };
        /** @description A file that two sides have changed */
        MergeConflict: {
            /** @description Its path in the worktree; a name that is not UTF-8 in quotes, as git shows it */
            file: string;
            /**
             * @description What the two sides did to the file; us is the task, them the subtask
             * @enum {string}
             */
            kind: "both-modified" | "both-added" | "deleted-by-us" | "deleted-by-them" | "rename-rename" | "rename-delete" | "mode" | "symlink" | "binary" | "submodule" | "directory-file" | "other";
        };
        /** @description What merging one subtask would come to */
        MergePreview: {
            /** @description Whether there would be no conflict */
            clean: boolean;
            /** @description The files with one */
            conflicts: components["schemas"]["MergeConflict"][];
            /** @description The files that the merge would change */
            files: string[];
        };
        /** @description What merging all that is left would come to */
        MergeOutlook: {
            /** @description Every subtask that is not integrated, but those that a later one of their continuation chain contains */
            subtasks: {
                /**
                 * Format: uuid
                 * @description Of the subtask
                 */
                taskId: string;
                /** @description Its name */
                taskName: string;
                /** @description Its branch */
                branch: string;
                /** @description Whether there would be no conflict */
                clean: boolean;
                /** @description The files with one */
                conflicts: components["schemas"]["MergeConflict"][];
                /** @description The files that the merge would change */
                files: string[];
                /** @description Other subtasks that it would conflict with */
                conflictsWith: string[];
            }[];
            /** @description An order that merges as many as possible cleanly: those come first */
            order: string[];
            /** @description How many, from the start of the order on, merge cleanly one after the other */
            cleanCount: number;
            /** @description false: there are too many subtasks to hold each against each; conflictsWith is known of the first ones only */
            complete: boolean;
        };
        /** @description Of sourceBranch and subtaskId one is enough */
        StartMerge: {
            /** @description The branch of the subtask */
            sourceBranch?: string;
            /**
             * Format: uuid
             * @description The subtask
             */
            subtaskId?: string;
            /** @description Another branch of the subtask's repository, in place of what its worktree holds */
            branch?: string;
            /** @description Takes files with conflict markers too, where they are meant */
            force?: boolean;
        };
        /** @description A merge that is through */
        MergeResult: {
            /** @description true; a failure is an error */
            success: boolean;
            /** @description The commit that the task's branch is at */
            commitSha: string;
            /** @description What was done */
            message: string;
        };
        /** @description The merge that is under way in a worktree */
        MergeStatus: {
            /** @description Whether one is under way */
            inProgress: boolean;
            /** @description The branch that is merged */
            sourceBranch: string | null;
            /**
             * Format: uuid
             * @description The subtask that it is of
             */
            subtaskId: string | null;
            /**
             * Format: date-time
             * @description When it began
             */
            startedAt: string | null;
            /** @description Those with conflicts that are not resolved */
            conflictedFiles: string[];
            /** @description The same, by kind */
            conflicts: components["schemas"]["MergeConflict"][];
        };
        /** @description How a file is resolved */
        ResolveConflict: {
            /** @description As conflicts name it */
            file: string;
            /**
             * @description ours: what the task has; theirs: what the subtask has; manual: the file as it now stands in the task's worktree
             * @enum {string}
             */
            strategy: "ours" | "theirs" | "manual";
        };
        /** @description How the merge is committed */
        CommitMerge: {
            /** @description Of the commit */
            message?: string;
        };
        /** @description What was done */
        MergeDone: {
            /** @description true; a failure is an error */
            success: boolean;
            /** @description What was done */
            message: string;
        };
        /** @description A subtask that is left out, and why */
        SkipSubtask: {
            /**
             * Format: uuid
             * @description The subtask
             */
            subtaskId: string;
            /** @description Why, for whoever looks at it later */
            reason: string;
        };
        /** @description Whether a task could be finished */
        MergeCheck: {
            /** @description Whether nothing is left */
            canComplete: boolean;
            /** @description What is left, by branch */
            unmergedBranches: string[];
            /** @description How many subtasks are merged or copied */
            mergedCount: number;
            /** @description How many are left out on purpose */
            skippedCount: number;
            /** @description What is left, and why */
            unmerged: {
                /**
                 * Format: uuid
                 * @description Of the subtask
                 */
                taskId: string;
                /** @description Its name */
                taskName: string;
                /** @description Its branch */
                branch: string;
                /** @description What of it is missing */
                reason: string;
            }[];
        };
        /** @description One thing that happened to a task */
        Event: {
            /** @description Grows over all tasks and restarts of this daemon; gaps mean nothing. The id of a stream has also the name of what it was counted in */
            id: number;
            /**
             * Format: uuid
             * @description The task that it happened to
             */
            taskId: string;
            /**
             * Format: date-time
             * @description When
             */
            at: string;
        } & ({
            /** @enum {string} */
            type: "output";
            /**
             * @description stdout and stderr of the agent, system of makima, stdin: what the agent was told
             * @enum {string}
             */
            stream: "stdout" | "stderr" | "system" | "stdin";
            /** @description One line without its newline; bytes that are not UTF-8 are shown as U+FFFD */
            content: string;
            /** @description The type field, where the line is a JSON object */
            jsonType?: string;
            /**
             * @description The line is longer than one event holds; it goes on in the next output event of this stream
             * @enum {boolean}
             */
            partial?: true;
            /**
             * @description By the line, or the one that ends here, the agent tells again what was in an earlier run of its session
             * @enum {boolean}
             */
            replayed?: true;
            /** @description The exact bytes, where the line is not UTF-8 */
            base64?: string;
            /**
             * @description Of a system line that is more than a notice
             * @enum {string}
             */
            level?: "info" | "warning" | "error";
        } | {
            /** @enum {string} */
            type: "status";
            /**
             * @description Before
             * @enum {string}
             */
            from: "pending" | "queued" | "initializing" | "starting" | "running" | "paused" | "blocked" | "done" | "failed" | "interrupted";
            /**
             * @description After
             * @enum {string}
             */
            to: "pending" | "queued" | "initializing" | "starting" | "running" | "paused" | "blocked" | "done" | "failed" | "interrupted";
            /** @description Why, where there is more to say */
            reason?: string;
        } | {
            /** @enum {string} */
            type: "usage";
            /** @description What the agent used, over all runs of the task */
            usage: {
                /** @description Tokens that the model read, without those of the cache */
                inputTokens: number;
                /** @description Tokens that it wrote */
                outputTokens: number;
                /** @description Tokens that it had from the cache */
                cacheReadTokens: number;
                /** @description Tokens that went into the cache */
                cacheWriteTokens: number;
                /** @description In US dollars, as the agent says */
                costUsd: number;
                /** @description How many turns the agent took */
                turns: number;
            };
        } | {
            /** @enum {string} */
            type: "budget";
            /**
             * Format: uuid
             * @description The task whose budget it is; what was used is of all at and below it
             */
            budgetTaskId: string;
            /**
             * @description Which of its limits
             * @enum {string}
             */
            limit: "maxCostUsd" | "maxTokens" | "maxTurns" | "maxMinutes";
            /** @description How much of the limit is used up, at the least: 80 is a warning; at 100 every task under the budget ends with its turn */
            percent: number;
            /** @description What was used by then */
            used: number;
            /** @description The limit */
            max: number;
        } | {
            /** @enum {string} */
            type: "completion";
            /** @description The result of the completion action */
            completion: {
                /**
                 * @description What was asked for
                 * @enum {string}
                 */
                action: "none" | "branch" | "merge" | "pr";
                /**
                 * @description How far it is
                 * @enum {string}
                 */
                status: "running" | "succeeded" | "failed";
                /** @description What was done, or why not */
                message: string | null;
                /** @description The address of the pull request */
                prUrl: string | null;
                /** @description The commit that the branch is at */
                commitSha: string | null;
                /** @description The branch with the task's work */
                branch: string | null;
            };
        } | {
            /** @enum {string} */
            type: "tool-key";
            /**
             * Format: uuid
             * @description Of the key
             */
            keyId: string;
            /**
             * @description What was done
             * @enum {string}
             */
            action: "created" | "revoked";
            /** @description What it is for */
            label: string | null;
        } | {
            /** @enum {string} */
            type: "merge";
            /**
             * @description What was done
             * @enum {string}
             */
            action: "started" | "conflict" | "resolved" | "committed" | "aborted" | "skipped";
            /**
             * Format: uuid
             * @description Whose work is merged
             */
            subtaskId: string;
            /** @description The branch that is merged */
            sourceBranch: string | null;
            /** @description Of committed: the commit */
            commitSha: string | null;
            /** @description Of conflict: the files, the first 100 of them; of resolved: the file */
            conflicts: {
                /** @description Its path in the worktree; a name that is not UTF-8 in quotes, as git shows it */
                file: string;
                /**
                 * @description What the two sides did to the file; us is the task, them the subtask
                 * @enum {string}
                 */
                kind: "both-modified" | "both-added" | "deleted-by-us" | "deleted-by-them" | "rename-rename" | "rename-delete" | "mode" | "symlink" | "binary" | "submodule" | "directory-file" | "other";
            }[];
            /** @description Of conflict and resolved: how many files have one */
            conflictsLeft: number | null;
            /** @description Why it was skipped, or undone by the daemon */
            reason: string | null;
        } | {
            /** @enum {string} */
            type: "approval";
            /**
             * Format: uuid
             * @description By which it is read and decided
             */
            approvalId: string;
            /**
             * @description tool: whether it may use one; question: what its user thinks
             * @enum {string}
             */
            kind: "tool" | "question";
            /** @description As the agent calls it */
            tool: string;
            /** @description What it would do with the tool, or asks, in a line */
            what: string | null;
            /**
             * @description pending: it is asked now; else what became of it
             * @enum {string}
             */
            status: "pending" | "allowed" | "denied" | "withdrawn" | "expired";
            /**
             * @description Who decided; null: nobody has
             * @enum {string|null}
             */
            decidedBy: "owner" | "orchestrator" | "remembered" | "makima" | null;
        } | {
            /** @enum {string} */
            type: "message";
            /**
             * Format: uuid
             * @description Of the message
             */
            messageId: string;
            /**
             * @description What became of it; queued again where the run that was given it ended and its agent did not have it
             * @enum {string}
             */
            action: "queued" | "delivered" | "withdrawn";
            /**
             * @description What it is
             * @enum {string}
             */
            kind: "user" | "review" | "sibling" | "inbox";
        } | {
            /** @enum {string} */
            type: "silence";
            /**
             * @description start: its session has not begun; turn: in a turn; after-result: it does not answer what it was told since, does not end, or its work in the background says nothing
             * @enum {string}
             */
            reason: "start" | "turn" | "after-result";
            /**
             * Format: date-time
             * @description When it was heard of last
             */
            since: string;
            /** @description How long, and what it is likely to be at */
            message: string;
            /**
             * @description It is interrupted for it, and ended where it does not give up
             * @enum {boolean}
             */
            interrupts?: true;
        } | {
            /** @enum {string} */
            type: "limit";
            /**
             * @description reached: its account came to a limit; parked: the task waits for its end; lifted: it goes on
             * @enum {string}
             */
            action: "reached" | "parked" | "lifted";
            /** @description Whose account it is */
            agent: string;
            /**
             * Format: date-time
             * @description When it is over; null where nobody knows, and of lifted
             */
            until: string | null;
        } | {
            /** @enum {string} */
            type: "end";
            /**
             * @description How it ended
             * @enum {string}
             */
            status: "pending" | "queued" | "initializing" | "starting" | "running" | "paused" | "blocked" | "done" | "failed" | "interrupted";
        } | {
            /** @enum {string} */
            type: "task";
            task?: components["schemas"]["ListedTask"];
            /**
             * @description The task is no more; in the place of the task
             * @enum {boolean}
             */
            deleted?: true;
        } | {
            /** @enum {string} */
            type: "activity";
            /**
             * @description plan: what it means to do, also where it tells that by a tool
             * @enum {string}
             */
            kind: "text" | "thinking" | "tool" | "tool-result" | "plan" | "error";
            /** @description What is said; of a result what came out; of a plan its steps, a line each */
            text: string | null;
            /** @description Of a tool, and of a plan that is told by one */
            tool: {
                /** @description As the agent calls it */
                name: string;
                /** @description What it was given */
                input: {
                    [key: string]: unknown;
                };
            } | null;
            /** @description The agent's own name of a call: a tool and its result have the same */
            callId: string | null;
            /** @description Of what a subagent does: the call of a tool by which it was asked to */
            parentCallId: string | null;
            /** @description Of a result: the tool failed, or was not let */
            isError: boolean;
            /** @description Of a text that comes in pieces, word by word: true where it goes on right where that of the activity before it in this task ends, false where it begins one */
            isContinued?: boolean;
            /**
             * @description The text or the input is longer; the line of output has all of it
             * @enum {boolean}
             */
            isCut?: true;
            /** @description Which it is of those that its line makes, from 1; the id is that of the line */
            part: number;
        });
        /** @description The end of a snapshot in a stream over all tasks */
        SnapshotEnd: {
            /** @enum {string} */
            type: "snapshot";
            /** @description Of the latest event before it */
            id: number;
            /**
             * Format: date-time
             * @description When it was sent
             */
            at: string;
            /** @description How many task events it had, which are the last right before it: what a reader knows beside them was deleted */
            tasks: number;
        };
        /** @description What a stream ends with where a reader comes too late */
        Gap: {
            /** @enum {string} */
            type: "gap";
            /** @enum {string} */
            code: "EVENTS_GONE";
            /** @description What happened and what to do next */
            message: string;
            /** @description The id up to which events are gone */
            trimmedThrough: number;
        } & {
            [key: string]: unknown;
        };
        /** @description The data of one server-sent event */
        StreamEvent: components["schemas"]["Event"] | components["schemas"]["SnapshotEnd"] | components["schemas"]["Gap"];
        /** @description One line of output */
        OutputEvent: {
            /** @description Of the event; grows */
            id: number;
            /**
             * Format: uuid
             * @description Whose output it is
             */
            taskId: string;
            /**
             * Format: date-time
             * @description When the line was read
             */
            at: string;
            /** @enum {string} */
            type: "output";
            /**
             * @description stdout and stderr of the agent, system of makima, stdin: what the agent was told
             * @enum {string}
             */
            stream: "stdout" | "stderr" | "system" | "stdin";
            /** @description One line without its newline; bytes that are not UTF-8 are shown as U+FFFD */
            content: string;
            /** @description The type field, where the line is a JSON object */
            jsonType?: string;
            /**
             * @description The line is longer than one event holds; it goes on in the next output event of this stream
             * @enum {boolean}
             */
            partial?: true;
            /**
             * @description By the line, or the one that ends here, the agent tells again what was in an earlier run of its session
             * @enum {boolean}
             */
            replayed?: true;
            /** @description The exact bytes, where the line is not UTF-8 */
            base64?: string;
            /**
             * @description Of a system line that is more than a notice
             * @enum {string}
             */
            level?: "info" | "warning" | "error";
        };
        /** @description A page of output */
        OutputPage: {
            /** @description In their order */
            items: components["schemas"]["OutputEvent"][];
            /** @description What after is for the next page; null: there is no more so far */
            nextCursor: string | null;
        };
        /** @description A tool key to be made */
        CreateToolKey: {
            /** @description What it is for */
            label?: string;
            /**
             * Format: date-time
             * @description Until when it is to open anything; as long as the task where left out
             */
            expiresAt?: string;
        };
        /** @description A tool key that was made, with the key itself */
        NewToolKey: {
            /**
             * Format: uuid
             * @description By which it is revoked
             */
            id: string;
            /** @description What it is for, in the words of who made it */
            label: string | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description Until when it opens anything; null: as long as its task or run
             */
            expiresAt: string | null;
            /** @description What X-Makima-Tool-Key sends */
            key: string;
        };
        /** @description A tool key as it is listed: the key itself is shown once, when it is made */
        ToolKey: {
            /**
             * Format: uuid
             * @description By which it is revoked
             */
            id: string;
            /** @description What it is for, in the words of who made it */
            label: string | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description Until when it opens anything; null: as long as its task or run
             */
            expiresAt: string | null;
        };
        /** @description A webhook to be made */
        CreateWebhook: {
            /** @description An http or https address. One of this machine or of a private network must be allowed by MAKIMA_WEBHOOK_ALLOW */
            url: string;
            /** @description The types of events to tell; status, merge, completion, end where left out. Lines of output only where it names output */
            types?: ("output" | "status" | "usage" | "budget" | "merge" | "completion" | "tool-key" | "message" | "approval" | "silence" | "limit" | "end")[];
            /**
             * Format: uuid
             * @description Only of this task and of those below it; of all tasks where left out
             */
            taskId?: string;
        };
        /** @description A webhook that was made, with its secret */
        NewWebhook: {
            /**
             * Format: uuid
             * @description By which it is read and deleted
             */
            id: string;
            /** @description Where events are posted to */
            url: string;
            /** @description The types of events that it is told */
            types: ("output" | "status" | "usage" | "budget" | "merge" | "completion" | "tool-key" | "message" | "approval" | "silence" | "limit" | "end")[];
            /**
             * Format: uuid
             * @description Of this task and those below it alone; null: of all
             */
            taskId: string | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /** @description How many events it has not taken yet */
            pending: number;
            /**
             * Format: date-time
             * @description When it took an event last
             */
            lastDeliveredAt: string | null;
            /** @description Why the last try that failed did */
            lastError: string | null;
            /**
             * Format: date-time
             * @description When that was
             */
            lastErrorAt: string | null;
            /**
             * Format: date-time
             * @description Since when it is told nothing any more
             */
            disabledAt: string | null;
            /** @description Why it was switched off */
            reason: string | null;
            /** @description What its bodies are signed with, `whsec_` and base64: shown this once */
            secret: string;
        };
        /** @description An address to which events are posted: its secret is shown once, when it is made */
        Webhook: {
            /**
             * Format: uuid
             * @description By which it is read and deleted
             */
            id: string;
            /** @description Where events are posted to */
            url: string;
            /** @description The types of events that it is told */
            types: ("output" | "status" | "usage" | "budget" | "merge" | "completion" | "tool-key" | "message" | "approval" | "silence" | "limit" | "end")[];
            /**
             * Format: uuid
             * @description Of this task and those below it alone; null: of all
             */
            taskId: string | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /** @description How many events it has not taken yet */
            pending: number;
            /**
             * Format: date-time
             * @description When it took an event last
             */
            lastDeliveredAt: string | null;
            /** @description Why the last try that failed did */
            lastError: string | null;
            /**
             * Format: date-time
             * @description When that was
             */
            lastErrorAt: string | null;
            /**
             * Format: date-time
             * @description Since when it is told nothing any more
             */
            disabledAt: string | null;
            /** @description Why it was switched off */
            reason: string | null;
        };
        /** @description What is posted */
        WebhookMessage: {
            /** @description The type of the event, or gap: events up to data.id were lost to it, because too many waited or retention deleted them */
            type: string;
            /**
             * Format: date-time
             * @description When the event was
             */
            timestamp: string;
            /** @description The fields of the event. Texts are cut after 2,000 characters and lists after 20 items */
            data: {
                /** @description The id of the event */
                id: number;
                /**
                 * Format: uuid
                 * @description Of the task
                 */
                taskId: string | null;
            } & {
                [key: string]: unknown;
            };
        };
        /** @description What the disk is used for, about; a file with several names counts by its share. Logs and prepared worktrees as they are now, the others as of measuredAt */
        DiskUsage: {
            /**
             * Format: date-time
             * @description When what had changed by then was measured; null before the first time, minutes after the first start
             */
            measuredAt: string | null;
            /** @description In bytes: tasks' worktrees, ignored files too */
            worktreeBytes: number;
            /** @description In bytes: tasks' repositories, with what was kept of worktrees that were put away */
            repositoryBytes: number;
            /** @description In bytes: what was fetched of sources */
            cacheBytes: number;
            /** @description In bytes: repositories of deleted tasks */
            keptBytes: number;
            /** @description In bytes: worktrees that are kept ready */
            preparedBytes: number;
            /** @description In bytes: tasks' events */
            logBytes: number;
            /** @description In bytes: what agents that run have written */
            runBytes: number;
        };
        /** @description An agent that tasks can have */
        Agent: {
            /** @description What a task calls it */
            name: string;
            /** @description As it is set */
            command: string;
            /** @description How it is spoken to, such as acp */
            protocol: string;
            /** @description Whether it is that of a task that names none */
            isDefault: boolean;
            /** @description Where it was found; null where it is not installed */
            path: string | null;
            /** @description What it says of itself */
            version: string | null;
            /** @description Why it cannot be used, or is not signed in, and how to get there. Where it was not signed in it is asked again after a minute, else after ten */
            problem: string | null;
        };
        /** @description What the daemon is and has */
        Info: {
            /** @description Of this daemon; made on its first start */
            id: string;
            /** @description Of makima */
            version: string;
            /** @description Its directory, MAKIMA_HOME */
            home: string;
            /**
             * Format: date-time
             * @description When this process began
             */
            startedAt: string;
            /** @description Those that there are, and what keeps one from working */
            agents: components["schemas"]["Agent"][];
            /** @description Bounds of this daemon, by name */
            limits: {
                [key: string]: number;
            };
            /** @description Limits that agents' accounts have come to: nothing of theirs is started until they are over */
            usageLimits: {
                /** @description Whose account it is */
                agent: string;
                /**
                 * Format: date-time
                 * @description When it is over; null where nobody knows
                 */
                until: string | null;
                /**
                 * Format: date-time
                 * @description When it was told
                 */
                since: string;
                /** @description How many tasks wait for its end with a session to go on with */
                parked: number;
            }[];
            /** @description The disk of the home, and what the logs of all tasks take of it */
            disk: {
                /** @description What is free for the daemon */
                freeBytes: number;
                /** @description Its size */
                totalBytes: number;
                /** @description What the logs take */
                logBytes: number;
                usage: components["schemas"]["DiskUsage"];
            };
            /** @description Tasks by status */
            counts: {
                [key: string]: number;
            };
        };
        /** @description All is well */
        Health: {
            /**
             * @description ok
             * @enum {string}
             */
            status: "ok";
        };
        /** @description Every answer other than a success; some codes bring further fields */
        Error: {
            /** @description The HTTP status */
            statusCode: number;
            /** @description Stable: programs branch on it */
            code: string;
            /** @description The name of the HTTP status */
            error: string;
            /** @description What happened and what to do next */
            message: string;
        } & {
            [key: string]: unknown;
        };
    };
    responses: {
        /** @description `BODY_TOO_LARGE`: The body is larger than the limit. */
        BODY_TOO_LARGE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "BODY_TOO_LARGE";
                };
            };
        };
        /** @description `DISK_FULL`: The disk is full. */
        DISK_FULL: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "DISK_FULL";
                };
            };
        };
        /** @description `EVENTS_GONE`: The events asked for were deleted, or were counted in another home. */
        EVENTS_GONE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "EVENTS_GONE";
                };
            };
        };
        /** @description `HANDLER_TIMEOUT`: The answer took too long. */
        HANDLER_TIMEOUT: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "HANDLER_TIMEOUT";
                };
            };
        };
        /** @description `HOST_NOT_ALLOWED`: The Host header is not an address of this daemon. `ORIGIN_NOT_ALLOWED`: Web pages of this origin may not call the daemon. */
        "HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "HOST_NOT_ALLOWED" | "ORIGIN_NOT_ALLOWED";
                };
            };
        };
        /** @description `HOST_NOT_ALLOWED`: The Host header is not an address of this daemon. `ORIGIN_NOT_ALLOWED`: Web pages of this origin may not call the daemon. `FORBIDDEN`: This key may not do that. */
        "HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "HOST_NOT_ALLOWED" | "ORIGIN_NOT_ALLOWED" | "FORBIDDEN";
                };
            };
        };
        /** @description `INTERNAL`: Something went wrong inside makima. */
        INTERNAL: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "INTERNAL";
                };
            };
        };
        /** @description `INTERNAL`: Something went wrong inside makima. `GIT_FAILED`: git failed. */
        "INTERNAL-GIT_FAILED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "INTERNAL" | "GIT_FAILED";
                };
            };
        };
        /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. */
        MALFORMED_REQUEST: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "MALFORMED_REQUEST";
                };
            };
        };
        /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. */
        "MALFORMED_REQUEST-VALIDATION_FAILED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED";
                };
            };
        };
        /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. */
        "MALFORMED_REQUEST-VALIDATION_FAILED-FIELD_UNAVAILABLE": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE";
                };
            };
        };
        /** @description `NOT_READY`: The daemon is starting or shutting down. */
        NOT_READY: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "NOT_READY";
                };
            };
        };
        /** @description `NOT_READY`: The daemon is starting or shutting down. `HANDLER_TIMEOUT`: The answer took too long. */
        "NOT_READY-HANDLER_TIMEOUT": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "NOT_READY" | "HANDLER_TIMEOUT";
                };
            };
        };
        /** @description `REPOSITORY_BUSY`: Another git process holds a lock in this repository. */
        REPOSITORY_BUSY: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "REPOSITORY_BUSY";
                };
            };
        };
        /** @description `TASK_NOT_FOUND`: There is no task with this id. */
        TASK_NOT_FOUND: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "TASK_NOT_FOUND";
                };
            };
        };
        /** @description `TASK_NOT_FOUND`: There is no task with this id. `WORKTREE_NOT_FOUND`: The task has no worktree. */
        "TASK_NOT_FOUND-WORKTREE_NOT_FOUND": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "TASK_NOT_FOUND" | "WORKTREE_NOT_FOUND";
                };
            };
        };
        /** @description `TOO_MANY_MESSAGES`: The limit of messages that wait for one agent is reached. */
        TOO_MANY_MESSAGES: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "TOO_MANY_MESSAGES";
                };
            };
        };
        /** @description `TOO_MANY_STREAMS`: The limit of open streams is reached. */
        TOO_MANY_STREAMS: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "TOO_MANY_STREAMS";
                };
            };
        };
        /** @description `UNAUTHENTICATED`: No valid credential came with the request. */
        UNAUTHENTICATED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "UNAUTHENTICATED";
                };
            };
        };
        /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is of a type that is not understood here. */
        UNSUPPORTED_MEDIA_TYPE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "UNSUPPORTED_MEDIA_TYPE";
                };
            };
        };
        /** @description `WEBHOOK_NOT_FOUND`: There is no such webhook. */
        WEBHOOK_NOT_FOUND: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"] & {
                    /** @enum {string} */
                    code?: "WEBHOOK_NOT_FOUND";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Task = components['schemas']['Task'];
export type ListedTask = components['schemas']['ListedTask'];
export type TaskPage = components['schemas']['TaskPage'];
export type TaskTree = components['schemas']['TaskTree'];
export type UsageReport = components['schemas']['UsageReport'];
export type CreateTask = components['schemas']['CreateTask'];
export type UpdateTask = components['schemas']['UpdateTask'];
export type StartTask = components['schemas']['StartTask'];
export type StopTask = components['schemas']['StopTask'];
export type SendMessage = components['schemas']['SendMessage'];
export type SiblingContext = components['schemas']['SiblingContext'];
export type ReviewTask = components['schemas']['ReviewTask'];
export type Delivered = components['schemas']['Delivered'];
export type Approval = components['schemas']['Approval'];
export type DecideApproval = components['schemas']['DecideApproval'];
export type WaitingMessage = components['schemas']['WaitingMessage'];
export type Worktree = components['schemas']['Worktree'];
export type RemovedWorktree = components['schemas']['RemovedWorktree'];
export type FileChange = components['schemas']['FileChange'];
export type CloneWorktree = components['schemas']['CloneWorktree'];
export type CloneResult = components['schemas']['CloneResult'];
export type TargetExists = components['schemas']['TargetExists'];
export type RunCompletion = components['schemas']['RunCompletion'];
export type CompletionResult = components['schemas']['CompletionResult'];
export type SubtaskBranch = components['schemas']['SubtaskBranch'];
export type MergeConflict = components['schemas']['MergeConflict'];
export type MergePreview = components['schemas']['MergePreview'];
export type MergeOutlook = components['schemas']['MergeOutlook'];
export type StartMerge = components['schemas']['StartMerge'];
export type MergeResult = components['schemas']['MergeResult'];
export type MergeStatus = components['schemas']['MergeStatus'];
export type ResolveConflict = components['schemas']['ResolveConflict'];
export type CommitMerge = components['schemas']['CommitMerge'];
export type MergeDone = components['schemas']['MergeDone'];
export type SkipSubtask = components['schemas']['SkipSubtask'];
export type MergeCheck = components['schemas']['MergeCheck'];
export type Event = components['schemas']['Event'];
export type SnapshotEnd = components['schemas']['SnapshotEnd'];
export type Gap = components['schemas']['Gap'];
export type StreamEvent = components['schemas']['StreamEvent'];
export type OutputEvent = components['schemas']['OutputEvent'];
export type OutputPage = components['schemas']['OutputPage'];
export type CreateToolKey = components['schemas']['CreateToolKey'];
export type NewToolKey = components['schemas']['NewToolKey'];
export type ToolKey = components['schemas']['ToolKey'];
export type CreateWebhook = components['schemas']['CreateWebhook'];
export type NewWebhook = components['schemas']['NewWebhook'];
export type Webhook = components['schemas']['Webhook'];
export type WebhookMessage = components['schemas']['WebhookMessage'];
export type DiskUsage = components['schemas']['DiskUsage'];
export type Agent = components['schemas']['Agent'];
export type Info = components['schemas']['Info'];
export type Health = components['schemas']['Health'];
export type Error = components['schemas']['Error'];
export type ResponseBodyTooLarge = components['responses']['BODY_TOO_LARGE'];
export type ResponseDiskFull = components['responses']['DISK_FULL'];
export type ResponseEventsGone = components['responses']['EVENTS_GONE'];
export type ResponseHandlerTimeout = components['responses']['HANDLER_TIMEOUT'];
export type ResponseHostNotAllowedOriginNotAllowed = components['responses']['HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED'];
export type ResponseHostNotAllowedOriginNotAllowedForbidden = components['responses']['HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN'];
export type ResponseInternal = components['responses']['INTERNAL'];
export type ResponseInternalGitFailed = components['responses']['INTERNAL-GIT_FAILED'];
export type ResponseMalformedRequest = components['responses']['MALFORMED_REQUEST'];
export type ResponseMalformedRequestValidationFailed = components['responses']['MALFORMED_REQUEST-VALIDATION_FAILED'];
export type ResponseMalformedRequestValidationFailedFieldUnavailable = components['responses']['MALFORMED_REQUEST-VALIDATION_FAILED-FIELD_UNAVAILABLE'];
export type ResponseNotReady = components['responses']['NOT_READY'];
export type ResponseNotReadyHandlerTimeout = components['responses']['NOT_READY-HANDLER_TIMEOUT'];
export type ResponseRepositoryBusy = components['responses']['REPOSITORY_BUSY'];
export type ResponseTaskNotFound = components['responses']['TASK_NOT_FOUND'];
export type ResponseTaskNotFoundWorktreeNotFound = components['responses']['TASK_NOT_FOUND-WORKTREE_NOT_FOUND'];
export type ResponseTooManyMessages = components['responses']['TOO_MANY_MESSAGES'];
export type ResponseTooManyStreams = components['responses']['TOO_MANY_STREAMS'];
export type ResponseUnauthenticated = components['responses']['UNAUTHENTICATED'];
export type ResponseUnsupportedMediaType = components['responses']['UNSUPPORTED_MEDIA_TYPE'];
export type ResponseWebhookNotFound = components['responses']['WEBHOOK_NOT_FOUND'];
export type $defs = Record<string, never>;
export interface operations {
    listTasks: {
        parameters: {
            query?: {
                /** @description Repeated for several; completed is read as done */
                status?: ("pending" | "queued" | "initializing" | "starting" | "running" | "paused" | "blocked" | "done" | "failed" | "interrupted" | "completed")[];
                /** @description A task: those right below it. none: those at the top of a tree */
                parentTaskId?: string;
                /** @description Those that changed then or later: a poll gives the latest updatedAt that it has seen */
                updatedSince?: string;
                /** @description summary: without the plans; full where left out */
                view?: "full" | "summary";
                /** @description 50 where left out */
                limit?: number;
                /** @description nextCursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description The ETag of an answer before: 304 where it is still true */
                "if-none-match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tasks, with a Link to the next one */
            200: {
                headers: {
                    /** @description Names this answer: what If-None-Match sends back */
                    ETag?: string;
                    /** @description The address of the next page (RFC 8288, rel="next"), where there is one */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *           "name": "Hello",
                     *           "status": "done",
                     *           "waitsFor": null,
                     *           "isOrchestrator": false,
                     *           "parentTaskId": null,
                     *           "depth": 0,
                     *           "agent": "claude",
                     *           "model": null,
                     *           "effort": null,
                     *           "budget": null,
                     *           "repositoryUrl": null,
                     *           "baseBranch": null,
                     *           "targetBranch": null,
                     *           "targetRepoPath": null,
                     *           "completionAction": "none",
                     *           "continueFromTaskId": null,
                     *           "copyFiles": [],
                     *           "dependsOn": [],
                     *           "priority": 0,
                     *           "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *           "branch": "makima/hello-0b4c1d5e",
                     *           "continuesBranch": null,
                     *           "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *           "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *           "progressSummary": "hello.html is there.",
                     *           "errorMessage": null,
                     *           "warnings": [],
                     *           "exitCode": 0,
                     *           "usage": {
                     *             "inputTokens": 1200,
                     *             "outputTokens": 340,
                     *             "cacheReadTokens": 15000,
                     *             "cacheWriteTokens": 2100,
                     *             "costUsd": 0.0431,
                     *             "turns": 1
                     *           },
                     *           "completion": null,
                     *           "createdAt": "2026-11-27T10:00:00.000Z",
                     *           "updatedAt": "2026-11-27T10:04:30.000Z",
                     *           "queuedAt": "2026-11-27T10:00:02.000Z",
                     *           "startedAt": "2026-11-27T10:00:02.000Z",
                     *           "completedAt": "2026-11-27T10:04:30.000Z"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["TaskPage"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	done	Hello */
                    "text/plain": string;
                };
            };
            /** @description The answer that the caller has is still true */
            304: {
                headers: {
                    /** @description Names this answer: what If-None-Match sends back */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `INVALID_CURSOR`: The cursor is not one of ours. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "INVALID_CURSOR";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    createTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeat with the same key is answered with the first task */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTask"];
                "application/x-www-form-urlencoded": components["schemas"]["CreateTask"];
            };
        };
        responses: {
            /** @description The task */
            201: {
                headers: {
                    /** @description The address of the task */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "pending",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": null,
                     *       "branch": null,
                     *       "continuesBranch": null,
                     *       "baseCommit": null,
                     *       "sessionId": null,
                     *       "progressSummary": null,
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": null,
                     *       "usage": null,
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:00:00.000Z",
                     *       "queuedAt": null,
                     *       "startedAt": null,
                     *       "completedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	pending	Hello */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `INVALID_REPOSITORY`: The repository cannot be used. `INVALID_REF`: This is no valid branch name. `INVALID_PATH`: This path cannot be used here. `INVALID_AGENT`: There is no such agent. `INVALID_PARENT`: This task cannot have subtasks. `INVALID_CONTINUATION`: The task cannot be continued from. `DEPTH_EXCEEDED`: The tree of tasks would be too deep. `BRANCH_NOT_FOUND`: The repository has no such branch. `INVALID_BRANCH`: The branch cannot be gone on with. `SUBTASK_COMPLETION_ACTION`: A subtask has no completion action of its own. `NO_COMPLETION_TARGET`: There is no completion action to run, or no repository to run it on. `INVALID_DEPENDENCY`: A task could never begin that depends on this. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "INVALID_REPOSITORY" | "INVALID_REF" | "INVALID_PATH" | "INVALID_AGENT" | "INVALID_PARENT" | "INVALID_CONTINUATION" | "DEPTH_EXCEEDED" | "BRANCH_NOT_FOUND" | "INVALID_BRANCH" | "SUBTASK_COMPLETION_ACTION" | "NO_COMPLETION_TARGET" | "INVALID_DEPENDENCY";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `BRANCH_IN_USE`: Another task works on this branch. `IDEMPOTENCY_KEY_REUSED`: This Idempotency-Key came with another request before. `REPOSITORY_EMPTY`: The repository has no commit yet. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "BRANCH_IN_USE" | "IDEMPOTENCY_KEY_REUSED" | "REPOSITORY_EMPTY";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            /** @description `TOO_MANY_TASKS`: The limit of tasks is reached. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TOO_MANY_TASKS";
                    };
                };
            };
            500: components["responses"]["INTERNAL"];
            /** @description `GIT_AUTHENTICATION`: The remote refused the credentials. `GIT_UNREACHABLE`: The remote could not be reached. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "GIT_AUTHENTICATION" | "GIT_UNREACHABLE";
                    };
                };
            };
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    getTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of an answer before: 304 where it is still true */
                "if-none-match"?: string;
            };
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    /** @description Names this answer: what If-None-Match sends back */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "done",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "continuesBranch": null,
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *       "progressSummary": "hello.html is there.",
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": 0,
                     *       "usage": {
                     *         "inputTokens": 1200,
                     *         "outputTokens": 340,
                     *         "cacheReadTokens": 15000,
                     *         "cacheWriteTokens": 2100,
                     *         "costUsd": 0.0431,
                     *         "turns": 1
                     *       },
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:04:30.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": "2026-11-27T10:00:02.000Z",
                     *       "completedAt": "2026-11-27T10:04:30.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /**
                     * @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	done	Hello
                     *     summary: hello.html is there.
                     *     branch: makima/hello-0b4c1d5e
                     *     worktree: /home/ada/.makima/worktrees/hello-0b4c1d5e
                     *     cost: $0.0431
                     */
                    "text/plain": string;
                };
            };
            /** @description The answer that the caller has is still true */
            304: {
                headers: {
                    /** @description Names this answer: what If-None-Match sends back */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    updateTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTask"];
                "application/x-www-form-urlencoded": components["schemas"]["UpdateTask"];
            };
        };
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "running",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "continuesBranch": null,
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *       "progressSummary": null,
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": null,
                     *       "usage": null,
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:00:02.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": "2026-11-27T10:00:02.000Z",
                     *       "completedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	running	Hello */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `INVALID_DEPENDENCY`: A task could never begin that depends on this. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "INVALID_DEPENDENCY";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `TASK_NOT_PENDING`: The task was started. `TASK_ACTIVE`: The task is active. `TASK_NOT_RUNNING`: The task is not running. `INVALID_TRANSITION`: The task cannot go to that status from the one it is in. `SUBTASKS_NOT_INTEGRATED`: Work of subtasks is not in this task's worktree yet. `SUBTASKS_FAILED`: Every subtask failed or was stopped. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_PENDING" | "TASK_ACTIVE" | "TASK_NOT_RUNNING" | "INVALID_TRANSITION" | "SUBTASKS_NOT_INTEGRATED" | "SUBTASKS_FAILED";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    deleteTask: {
        parameters: {
            query?: {
                /** @description keep leaves the directory where it is */
                worktree?: "keep" | "delete";
            };
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `TASK_ACTIVE`: The task is active. `REPOSITORY_BUSY`: Another git process holds a lock in this repository. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_ACTIVE" | "REPOSITORY_BUSY";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    listSubtasks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The children */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2",
                     *         "name": "Login form",
                     *         "plan": "Write the form in login.html.",
                     *         "status": "done",
                     *         "waitsFor": null,
                     *         "isOrchestrator": false,
                     *         "parentTaskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *         "depth": 1,
                     *         "agent": "claude",
                     *         "model": null,
                     *         "effort": null,
                     *         "budget": null,
                     *         "repositoryUrl": null,
                     *         "baseBranch": null,
                     *         "targetBranch": null,
                     *         "targetRepoPath": null,
                     *         "completionAction": "none",
                     *         "continueFromTaskId": null,
                     *         "copyFiles": [],
                     *         "dependsOn": [],
                     *         "priority": 0,
                     *         "overlayPath": "/home/ada/.makima/worktrees/login-form-7d0e2f9a",
                     *         "branch": "makima/login-form-7d0e2f9a",
                     *         "continuesBranch": null,
                     *         "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *         "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *         "progressSummary": null,
                     *         "errorMessage": null,
                     *         "warnings": [],
                     *         "exitCode": 0,
                     *         "usage": {
                     *           "inputTokens": 1200,
                     *           "outputTokens": 340,
                     *           "cacheReadTokens": 15000,
                     *           "cacheWriteTokens": 2100,
                     *           "costUsd": 0.0431,
                     *           "turns": 1
                     *         },
                     *         "completion": null,
                     *         "createdAt": "2026-11-27T10:00:00.000Z",
                     *         "updatedAt": "2026-11-27T10:04:30.000Z",
                     *         "queuedAt": "2026-11-27T10:00:02.000Z",
                     *         "startedAt": "2026-11-27T10:00:02.000Z",
                     *         "completedAt": "2026-11-27T10:04:30.000Z"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Task"][];
                    /** @example 7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2	done	Login form */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    getTree: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task, nested */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "running",
                     *       "waitsFor": null,
                     *       "isOrchestrator": true,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "continuesBranch": null,
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *       "progressSummary": null,
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": null,
                     *       "usage": null,
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:00:02.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": "2026-11-27T10:00:02.000Z",
                     *       "completedAt": null,
                     *       "subtasks": [
                     *         {
                     *           "id": "7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2",
                     *           "name": "Login form",
                     *           "plan": "Write the form in login.html.",
                     *           "status": "done",
                     *           "waitsFor": null,
                     *           "isOrchestrator": false,
                     *           "parentTaskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *           "depth": 1,
                     *           "agent": "claude",
                     *           "model": null,
                     *           "effort": null,
                     *           "budget": null,
                     *           "repositoryUrl": null,
                     *           "baseBranch": null,
                     *           "targetBranch": null,
                     *           "targetRepoPath": null,
                     *           "completionAction": "none",
                     *           "continueFromTaskId": null,
                     *           "copyFiles": [],
                     *           "dependsOn": [],
                     *           "priority": 0,
                     *           "overlayPath": "/home/ada/.makima/worktrees/login-form-7d0e2f9a",
                     *           "branch": "makima/login-form-7d0e2f9a",
                     *           "continuesBranch": null,
                     *           "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *           "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *           "progressSummary": null,
                     *           "errorMessage": null,
                     *           "warnings": [],
                     *           "exitCode": 0,
                     *           "usage": {
                     *             "inputTokens": 1200,
                     *             "outputTokens": 340,
                     *             "cacheReadTokens": 15000,
                     *             "cacheWriteTokens": 2100,
                     *             "costUsd": 0.0431,
                     *             "turns": 1
                     *           },
                     *           "completion": null,
                     *           "createdAt": "2026-11-27T10:00:00.000Z",
                     *           "updatedAt": "2026-11-27T10:04:30.000Z",
                     *           "queuedAt": "2026-11-27T10:00:02.000Z",
                     *           "startedAt": "2026-11-27T10:00:02.000Z",
                     *           "completedAt": "2026-11-27T10:04:30.000Z",
                     *           "subtasks": []
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["TaskTree"];
                    /**
                     * @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	running	Hello
                     *     7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2	done	  Login form
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    getUsage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was used */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "task": {
                     *         "inputTokens": 5210,
                     *         "outputTokens": 1830,
                     *         "cacheReadTokens": 48200,
                     *         "cacheWriteTokens": 9100,
                     *         "costUsd": 0.42,
                     *         "turns": 12,
                     *         "minutes": 3.5
                     *       },
                     *       "tree": {
                     *         "inputTokens": 9800,
                     *         "outputTokens": 4100,
                     *         "cacheReadTokens": 120000,
                     *         "cacheWriteTokens": 21000,
                     *         "costUsd": 1.05,
                     *         "turns": 31,
                     *         "minutes": 9
                     *       },
                     *       "runs": [
                     *         {
                     *           "id": "0d7c1a2e-6f0b-4c55-9d31-8a2f4b7c9e10",
                     *           "number": 1,
                     *           "startedAt": "2030-01-31T12:00:01.000Z",
                     *           "endedAt": null,
                     *           "usage": {
                     *             "inputTokens": 5210,
                     *             "outputTokens": 1830,
                     *             "cacheReadTokens": 48200,
                     *             "cacheWriteTokens": 9100,
                     *             "costUsd": 0.42,
                     *             "turns": 12,
                     *             "minutes": 3.5
                     *           }
                     *         }
                     *       ],
                     *       "budgets": [
                     *         {
                     *           "taskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *           "taskName": "Shop",
                     *           "limits": [
                     *             {
                     *               "limit": "maxCostUsd",
                     *               "used": 1.05,
                     *               "max": 5,
                     *               "percent": 21
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["UsageReport"];
                    /**
                     * @example task: $0.4200, 12 turns, 62510 tokens in, 1830 out, 3.5 minutes
                     *     tree: $1.0500, 31 turns, 150800 tokens in, 4100 out, 9.0 minutes
                     *     run 1: $0.4200, 12 turns, 62510 tokens in, 1830 out, 3.5 minutes
                     *     budget of 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10 (Shop): $1.05 of $5.00 (21 %)
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    startTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StartTask"];
                "application/x-www-form-urlencoded": components["schemas"]["StartTask"];
            };
        };
        responses: {
            /** @description Queued */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "queued",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": null,
                     *       "branch": null,
                     *       "continuesBranch": null,
                     *       "baseCommit": null,
                     *       "sessionId": null,
                     *       "progressSummary": null,
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": null,
                     *       "usage": null,
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:00:02.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": null,
                     *       "completedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	queued	Hello */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `INVALID_CONTINUATION`: The task cannot be continued from. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "INVALID_CONTINUATION";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `TASK_ACTIVE`: The task is active. `NO_SESSION`: The task has no session of an agent to go on with. `BRANCH_IN_USE`: Another task works on this branch. `COMPLETION_RUNNING`: A completion action of this task is under way. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_ACTIVE" | "NO_SESSION" | "BRANCH_IN_USE" | "COMPLETION_RUNNING";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    stopTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StopTask"];
                "application/x-www-form-urlencoded": components["schemas"]["StopTask"];
            };
        };
        responses: {
            /** @description It was terminal already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "done",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "continuesBranch": null,
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *       "progressSummary": "hello.html is there.",
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": 0,
                     *       "usage": {
                     *         "inputTokens": 1200,
                     *         "outputTokens": 340,
                     *         "cacheReadTokens": 15000,
                     *         "cacheWriteTokens": 2100,
                     *         "costUsd": 0.0431,
                     *         "turns": 1
                     *       },
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:04:30.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": "2026-11-27T10:00:02.000Z",
                     *       "completedAt": "2026-11-27T10:04:30.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	done	Hello */
                    "text/plain": string;
                };
            };
            /** @description It is being stopped */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "running",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "continuesBranch": null,
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *       "progressSummary": null,
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": null,
                     *       "usage": null,
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:00:02.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": "2026-11-27T10:00:02.000Z",
                     *       "completedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	running	Hello */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED-FIELD_UNAVAILABLE"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `INVALID_TRANSITION`: The task cannot go to that status from the one it is in. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "INVALID_TRANSITION";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    pauseTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Paused */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "paused",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "continuesBranch": null,
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *       "progressSummary": null,
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": null,
                     *       "usage": null,
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:00:02.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": "2026-11-27T10:00:02.000Z",
                     *       "completedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	paused	Hello */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `TASK_NOT_RUNNING`: The task is not running. `INVALID_TRANSITION`: The task cannot go to that status from the one it is in. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_RUNNING" | "INVALID_TRANSITION";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    resumeTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Running */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "running",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "continuesBranch": null,
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *       "progressSummary": null,
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": null,
                     *       "usage": null,
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:00:02.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": "2026-11-27T10:00:02.000Z",
                     *       "completedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	running	Hello */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `TASK_NOT_PAUSED`: The task is not paused. `INVALID_TRANSITION`: The task cannot go to that status from the one it is in. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_PAUSED" | "INVALID_TRANSITION";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    waitForTask: {
        parameters: {
            query?: {
                /** @description terminal where left out: the status is final. end: the completion action is over too, and the log complete */
                until?: "terminal" | "end";
                /** @description Seconds, 30 where left out; the task is answered as it then is */
                timeout?: number;
            };
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task as it then is: look at its status */
            200: {
                headers: {
                    /** @description `true`: what was waited for is there; `false`: the time was over first */
                    "X-Makima-Over"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "done",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "continuesBranch": null,
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *       "progressSummary": "hello.html is there.",
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": 0,
                     *       "usage": {
                     *         "inputTokens": 1200,
                     *         "outputTokens": 340,
                     *         "cacheReadTokens": 15000,
                     *         "cacheWriteTokens": 2100,
                     *         "costUsd": 0.0431,
                     *         "turns": 1
                     *       },
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:04:30.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": "2026-11-27T10:00:02.000Z",
                     *       "completedAt": "2026-11-27T10:04:30.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	done	Hello */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY"];
        };
    };
    listMessages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages, in the order in which the agent gets them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "e1b7a2c4-3d5f-4a68-9b0c-1f2e3d4c5b6a",
                     *         "taskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *         "kind": "user",
                     *         "message": "Write a test for it as well.",
                     *         "state": "waiting",
                     *         "createdAt": "2026-11-27T10:00:02.000Z"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["WaitingMessage"][];
                    /** @example e1b7a2c4-3d5f-4a68-9b0c-1f2e3d4c5b6a	waiting	user	Write a test for it as well. */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    sendMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendMessage"];
                "application/x-www-form-urlencoded": components["schemas"]["SendMessage"];
            };
        };
        responses: {
            /** @description Taken */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "e1b7a2c4-3d5f-4a68-9b0c-1f2e3d4c5b6a",
                     *       "delivered": true
                     *     }
                     */
                    "application/json": components["schemas"]["Delivered"];
                    /** @example delivered */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED-FIELD_UNAVAILABLE"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `TASK_NOT_RUNNING`: The task is not running. `AGENT_INPUT_CLOSED`: The agent takes no further messages: it is finishing. `NO_SESSION`: The task has no session of an agent to go on with. `TASK_ACTIVE`: The task is active. `COMPLETION_RUNNING`: A completion action of this task is under way. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_RUNNING" | "AGENT_INPUT_CLOSED" | "NO_SESSION" | "TASK_ACTIVE" | "COMPLETION_RUNNING";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            429: components["responses"]["TOO_MANY_MESSAGES"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    withdrawMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
                /** @description Of the message */
                messageId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does not get it any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            /** @description `TASK_NOT_FOUND`: There is no task with this id. `MESSAGE_NOT_FOUND`: The task has no such message. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_FOUND" | "MESSAGE_NOT_FOUND";
                    };
                };
            };
            /** @description `MESSAGE_DELIVERED`: The agent has the message. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MESSAGE_DELIVERED";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    shareSibling: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SiblingContext"];
                "application/x-www-form-urlencoded": components["schemas"]["SiblingContext"];
            };
        };
        responses: {
            /** @description Taken */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "e1b7a2c4-3d5f-4a68-9b0c-1f2e3d4c5b6a",
                     *       "delivered": true
                     *     }
                     */
                    "application/json": components["schemas"]["Delivered"];
                    /** @example delivered */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `NOT_A_SIBLING`: The tasks are no siblings. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "NOT_A_SIBLING";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `TASK_NOT_RUNNING`: The task is not running. `AGENT_INPUT_CLOSED`: The agent takes no further messages: it is finishing. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_RUNNING" | "AGENT_INPUT_CLOSED";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            429: components["responses"]["TOO_MANY_MESSAGES"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    listApprovals: {
        parameters: {
            query?: {
                /** @description Repeated for several; all where left out */
                status?: ("pending" | "allowed" | "denied" | "withdrawn" | "expired")[];
                /** @description The newest so many; 100 where left out */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The approvals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "9b8a7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d",
                     *         "taskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *         "kind": "question",
                     *         "tool": "AskUserQuestion",
                     *         "input": {},
                     *         "questions": [
                     *           {
                     *             "question": "Which colour shall the page have?",
                     *             "header": "Colour",
                     *             "options": [
                     *               {
                     *                 "label": "Red",
                     *                 "description": "Like a fire"
                     *               },
                     *               {
                     *                 "label": "Blue",
                     *                 "description": null
                     *               }
                     *             ],
                     *             "multiSelect": false
                     *           }
                     *         ],
                     *         "suggestions": [],
                     *         "status": "pending",
                     *         "message": null,
                     *         "answers": null,
                     *         "updatedInput": null,
                     *         "remember": null,
                     *         "createdAt": "2026-11-27T10:00:02.000Z",
                     *         "decidedAt": null,
                     *         "decidedBy": null
                     *       },
                     *       {
                     *         "id": "5d1f0c3a-8e27-4b69-a4d0-7c6e5f4a3b2c",
                     *         "taskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *         "kind": "tool",
                     *         "tool": "Bash",
                     *         "input": {
                     *           "command": "git add hello.html",
                     *           "description": "Stage the page"
                     *         },
                     *         "questions": null,
                     *         "suggestions": [
                     *           {
                     *             "tool": "Bash",
                     *             "rule": "git add *"
                     *           }
                     *         ],
                     *         "status": "pending",
                     *         "message": null,
                     *         "answers": null,
                     *         "updatedInput": null,
                     *         "remember": null,
                     *         "createdAt": "2026-11-27T10:00:02.000Z",
                     *         "decidedAt": null,
                     *         "decidedBy": null
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Approval"][];
                    /**
                     * @example 9b8a7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d	0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	pending	question	AskUserQuestion	Which colour shall the page have? (Red, Blue)
                     *     5d1f0c3a-8e27-4b69-a4d0-7c6e5f4a3b2c	0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	pending	tool	Bash	git add hello.html
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    listTaskApprovals: {
        parameters: {
            query?: {
                /** @description Repeated for several; all where left out */
                status?: ("pending" | "allowed" | "denied" | "withdrawn" | "expired")[];
                /** @description The newest so many; 100 where left out */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The approvals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "9b8a7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d",
                     *         "taskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *         "kind": "question",
                     *         "tool": "AskUserQuestion",
                     *         "input": {},
                     *         "questions": [
                     *           {
                     *             "question": "Which colour shall the page have?",
                     *             "header": "Colour",
                     *             "options": [
                     *               {
                     *                 "label": "Red",
                     *                 "description": "Like a fire"
                     *               },
                     *               {
                     *                 "label": "Blue",
                     *                 "description": null
                     *               }
                     *             ],
                     *             "multiSelect": false
                     *           }
                     *         ],
                     *         "suggestions": [],
                     *         "status": "pending",
                     *         "message": null,
                     *         "answers": null,
                     *         "updatedInput": null,
                     *         "remember": null,
                     *         "createdAt": "2026-11-27T10:00:02.000Z",
                     *         "decidedAt": null,
                     *         "decidedBy": null
                     *       },
                     *       {
                     *         "id": "5d1f0c3a-8e27-4b69-a4d0-7c6e5f4a3b2c",
                     *         "taskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *         "kind": "tool",
                     *         "tool": "Bash",
                     *         "input": {
                     *           "command": "git add hello.html",
                     *           "description": "Stage the page"
                     *         },
                     *         "questions": null,
                     *         "suggestions": [
                     *           {
                     *             "tool": "Bash",
                     *             "rule": "git add *"
                     *           }
                     *         ],
                     *         "status": "pending",
                     *         "message": null,
                     *         "answers": null,
                     *         "updatedInput": null,
                     *         "remember": null,
                     *         "createdAt": "2026-11-27T10:00:02.000Z",
                     *         "decidedAt": null,
                     *         "decidedBy": null
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Approval"][];
                    /**
                     * @example 9b8a7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d	0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	pending	question	AskUserQuestion	Which colour shall the page have? (Red, Blue)
                     *     5d1f0c3a-8e27-4b69-a4d0-7c6e5f4a3b2c	0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	pending	tool	Bash	git add hello.html
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    decideApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
                /** @description Of the approval */
                approvalId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecideApproval"];
                "application/x-www-form-urlencoded": components["schemas"]["DecideApproval"];
            };
        };
        responses: {
            /** @description Decided */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5d1f0c3a-8e27-4b69-a4d0-7c6e5f4a3b2c",
                     *       "taskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "kind": "tool",
                     *       "tool": "Bash",
                     *       "input": {
                     *         "command": "git add hello.html",
                     *         "description": "Stage the page"
                     *       },
                     *       "questions": null,
                     *       "suggestions": [
                     *         {
                     *           "tool": "Bash",
                     *           "rule": "git add *"
                     *         }
                     *       ],
                     *       "status": "allowed",
                     *       "message": null,
                     *       "answers": null,
                     *       "updatedInput": null,
                     *       "remember": "task",
                     *       "createdAt": "2026-11-27T10:00:02.000Z",
                     *       "decidedAt": "2026-11-27T10:04:30.000Z",
                     *       "decidedBy": "owner"
                     *     }
                     */
                    "application/json": components["schemas"]["Approval"];
                    /** @example 5d1f0c3a-8e27-4b69-a4d0-7c6e5f4a3b2c	0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	allowed	tool	Bash	git add hello.html */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED-FIELD_UNAVAILABLE"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            /** @description `TASK_NOT_FOUND`: There is no task with this id. `APPROVAL_NOT_FOUND`: The task has no such approval. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_FOUND" | "APPROVAL_NOT_FOUND";
                    };
                };
            };
            /** @description `APPROVAL_DECIDED`: This is decided, or the agent waits for it no more. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "APPROVAL_DECIDED";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    reviewTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReviewTask"];
                "application/x-www-form-urlencoded": components["schemas"]["ReviewTask"];
            };
        };
        responses: {
            /** @description Taken */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "3d5f0a8e-6b1c-4f27-9d43-8e2a7c5b1f60",
                     *       "delivered": true
                     *     }
                     */
                    "application/json": components["schemas"]["Delivered"];
                    /** @example delivered */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `COMMENT_MISPLACED`: A comment stands at no line of the work. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "COMMENT_MISPLACED";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            /** @description `TASK_NOT_RUNNING`: The task is not running. `AGENT_INPUT_CLOSED`: The agent takes no further messages: it is finishing. `TASK_ACTIVE`: The task is active. `BRANCH_IN_USE`: Another task works on this branch. `COMPLETION_RUNNING`: A completion action of this task is under way. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_RUNNING" | "AGENT_INPUT_CLOSED" | "TASK_ACTIVE" | "BRANCH_IN_USE" | "COMPLETION_RUNNING";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            429: components["responses"]["TOO_MANY_MESSAGES"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    getWorktree: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The worktree */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "path": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "exists": true,
                     *       "awaySince": null
                     *     }
                     */
                    "application/json": components["schemas"]["Worktree"];
                    /** @example /home/ada/.makima/worktrees/hello-0b4c1d5e */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    removeWorktree: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Put away */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "path": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "bytes": 482000000
                     *     }
                     */
                    "application/json": components["schemas"]["RemovedWorktree"];
                    /** @example 482000000 */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            /** @description `TASK_ACTIVE`: The task is active. `COMPLETION_RUNNING`: A completion action of this task is under way. `MERGE_IN_PROGRESS`: A merge is under way in this worktree. `WORKTREE_IN_USE`: Somebody works in the worktree. `REPOSITORY_BUSY`: Another git process holds a lock in this repository. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_ACTIVE" | "COMPLETION_RUNNING" | "MERGE_IN_PROGRESS" | "WORKTREE_IN_USE" | "REPOSITORY_BUSY";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    getDiff: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The changed files */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "path": "hello.html",
                     *         "status": "added",
                     *         "additions": 1,
                     *         "deletions": 0
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["FileChange"][];
                    /**
                     * @example diff --git a/hello.html b/hello.html
                     *     new file mode 100644
                     *     index 0000000..ce01362
                     *     --- /dev/null
                     *     +++ b/hello.html
                     *     @@ -0,0 +1 @@
                     *     +<p>hello</p>
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            409: components["responses"]["REPOSITORY_BUSY"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    cloneWorktree: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloneWorktree"];
                "application/x-www-form-urlencoded": components["schemas"]["CloneWorktree"];
            };
        };
        responses: {
            /** @description Copied */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "Copied to /home/ada/hello-copy",
                     *       "targetDir": "/home/ada/hello-copy"
                     *     }
                     */
                    "application/json": components["schemas"]["CloneResult"];
                    /** @example /home/ada/hello-copy */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `INVALID_PATH`: This path cannot be used here. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "INVALID_PATH";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            /** @description `TARGET_EXISTS`: The target directory exists. `REPOSITORY_BUSY`: Another git process holds a lock in this repository. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TARGET_EXISTS" | "REPOSITORY_BUSY";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    restoreWorktree: {
        parameters: {
            query?: {
                /** @description none: a subtask whose parent was deleted, too, comes back as a task of its own */
                parentTaskId?: "none";
            };
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *       "name": "Hello",
                     *       "plan": "Write hello.html, a page that says hello.",
                     *       "status": "done",
                     *       "waitsFor": null,
                     *       "isOrchestrator": false,
                     *       "parentTaskId": null,
                     *       "depth": 0,
                     *       "agent": "claude",
                     *       "model": null,
                     *       "effort": null,
                     *       "budget": null,
                     *       "repositoryUrl": null,
                     *       "baseBranch": null,
                     *       "targetBranch": null,
                     *       "targetRepoPath": null,
                     *       "completionAction": "none",
                     *       "continueFromTaskId": null,
                     *       "copyFiles": [],
                     *       "dependsOn": [],
                     *       "priority": 0,
                     *       "overlayPath": "/home/ada/.makima/worktrees/hello-0b4c1d5e",
                     *       "branch": "makima/hello-0b4c1d5e",
                     *       "continuesBranch": null,
                     *       "baseCommit": "e83c5163316f89bfbde7d9ab23ca2e25604af290",
                     *       "sessionId": "f1e2d3c4-b5a6-4978-8899-aabbccddeeff",
                     *       "progressSummary": "hello.html is there.",
                     *       "errorMessage": null,
                     *       "warnings": [],
                     *       "exitCode": 0,
                     *       "usage": {
                     *         "inputTokens": 1200,
                     *         "outputTokens": 340,
                     *         "cacheReadTokens": 15000,
                     *         "cacheWriteTokens": 2100,
                     *         "costUsd": 0.0431,
                     *         "turns": 1
                     *       },
                     *       "completion": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "updatedAt": "2026-11-27T10:04:30.000Z",
                     *       "queuedAt": "2026-11-27T10:00:02.000Z",
                     *       "startedAt": "2026-11-27T10:00:02.000Z",
                     *       "completedAt": "2026-11-27T10:04:30.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                    /** @example 0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10	done	Hello */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            /** @description `TASK_ACTIVE`: The task is active. `PARENT_DELETED`: The parent of the task was deleted, too. `TARGET_EXISTS`: The target directory exists. `REPOSITORY_BUSY`: Another git process holds a lock in this repository. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_ACTIVE" | "PARENT_DELETED" | "TARGET_EXISTS" | "REPOSITORY_BUSY";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    targetExists: {
        parameters: {
            query: {
                /** @description A path on this machine; ~ is the home */
                targetDir: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "exists": false,
                     *       "targetDir": "/home/ada/hello-copy"
                     *     }
                     */
                    "application/json": components["schemas"]["TargetExists"];
                    /** @example false */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `INVALID_PATH`: This path cannot be used here. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "INVALID_PATH";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    listBranches: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One for each subtask with a worktree */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "name": "makima/login-form-7d0e2f9a",
                     *         "taskId": "7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2",
                     *         "taskName": "Login form",
                     *         "isMerged": false,
                     *         "isSkipped": false,
                     *         "ahead": 2,
                     *         "lastCommit": "9c1185a5c5e9fc54612808977ee8f548b2258d31",
                     *         "lastCommitMessage": "Add the form"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["SubtaskBranch"][];
                    /** @example 7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2	unmerged	Login form	makima/login-form-7d0e2f9a */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            409: components["responses"]["REPOSITORY_BUSY"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    previewMerge: {
        parameters: {
            query?: {
                /** @description The one that is meant; all that are left where left out */
                subtaskId?: string;
            };
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description MergePreview of one subtask, MergeOutlook of all */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MergePreview"] | components["schemas"]["MergeOutlook"];
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `NOT_A_SUBTASK`: This is no subtask of the task. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "NOT_A_SUBTASK";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            409: components["responses"]["REPOSITORY_BUSY"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    getMerge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "inProgress": true,
                     *       "sourceBranch": "makima/login-form-7d0e2f9a",
                     *       "subtaskId": "7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2",
                     *       "startedAt": "2026-11-27T10:04:30.000Z",
                     *       "conflictedFiles": [
                     *         "style.css"
                     *       ],
                     *       "conflicts": [
                     *         {
                     *           "file": "style.css",
                     *           "kind": "both-modified"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["MergeStatus"];
                    /**
                     * @example merging	makima/login-form-7d0e2f9a	1 left
                     *     both-modified	style.css
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            409: components["responses"]["REPOSITORY_BUSY"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    startMerge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartMerge"];
                "application/x-www-form-urlencoded": components["schemas"]["StartMerge"];
            };
        };
        responses: {
            /** @description Merged and committed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "commitSha": "9c1185a5c5e9fc54612808977ee8f548b2258d31",
                     *       "message": "Merged makima/login-form-7d0e2f9a"
                     *     }
                     */
                    "application/json": components["schemas"]["MergeResult"];
                    /** @example merged	9c1185a5c5e9fc54612808977ee8f548b2258d31	Merged makima/login-form-7d0e2f9a */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `NOT_A_SUBTASK`: This is no subtask of the task. `INVALID_REF`: This is no valid branch name. `BRANCH_NOT_FOUND`: The repository has no such branch. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "NOT_A_SUBTASK" | "INVALID_REF" | "BRANCH_NOT_FOUND";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            /** @description `REPOSITORY_BUSY`: Another git process holds a lock in this repository. `WORK_UNFINISHED`: The work is in the middle of a merge or rebase. `MERGE_CONFLICT`: The merge has conflicts and is left open. `MERGE_IN_PROGRESS`: A merge is under way in this worktree. `MERGE_BLOCKED`: Something that git ignores stands where the merge would write. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "REPOSITORY_BUSY" | "WORK_UNFINISHED" | "MERGE_CONFLICT" | "MERGE_IN_PROGRESS" | "MERGE_BLOCKED";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    resolveConflict: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResolveConflict"];
                "application/x-www-form-urlencoded": components["schemas"]["ResolveConflict"];
            };
        };
        responses: {
            /** @description Resolved; what is left */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "inProgress": true,
                     *       "sourceBranch": "makima/login-form-7d0e2f9a",
                     *       "subtaskId": "7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2",
                     *       "startedAt": "2026-11-27T10:04:30.000Z",
                     *       "conflictedFiles": [],
                     *       "conflicts": []
                     *     }
                     */
                    "application/json": components["schemas"]["MergeStatus"];
                    /** @example merging	makima/login-form-7d0e2f9a	0 left */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED-FIELD_UNAVAILABLE"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            /** @description `TASK_NOT_FOUND`: There is no task with this id. `WORKTREE_NOT_FOUND`: The task has no worktree. `CONFLICT_NOT_FOUND`: The merge under way has no such conflict. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_FOUND" | "WORKTREE_NOT_FOUND" | "CONFLICT_NOT_FOUND";
                    };
                };
            };
            /** @description `REPOSITORY_BUSY`: Another git process holds a lock in this repository. `NO_MERGE_IN_PROGRESS`: No merge is under way in this worktree. `CONFLICT_MARKERS_LEFT`: The file still has conflict markers. `MERGE_BLOCKED`: Something that git ignores stands where the merge would write. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "REPOSITORY_BUSY" | "NO_MERGE_IN_PROGRESS" | "CONFLICT_MARKERS_LEFT" | "MERGE_BLOCKED";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    commitMerge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CommitMerge"];
                "application/x-www-form-urlencoded": components["schemas"]["CommitMerge"];
            };
        };
        responses: {
            /** @description Committed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "commitSha": "9c1185a5c5e9fc54612808977ee8f548b2258d31",
                     *       "message": "Merged makima/login-form-7d0e2f9a"
                     *     }
                     */
                    "application/json": components["schemas"]["MergeResult"];
                    /** @example merged	9c1185a5c5e9fc54612808977ee8f548b2258d31	Merged makima/login-form-7d0e2f9a */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED-FIELD_UNAVAILABLE"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            /** @description `REPOSITORY_BUSY`: Another git process holds a lock in this repository. `NO_MERGE_IN_PROGRESS`: No merge is under way in this worktree. `CONFLICTS_LEFT`: The merge still has conflicts. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "REPOSITORY_BUSY" | "NO_MERGE_IN_PROGRESS" | "CONFLICTS_LEFT";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    abortMerge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Undone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "The merge was undone"
                     *     }
                     */
                    "application/json": components["schemas"]["MergeDone"];
                    /** @example The merge was undone */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            /** @description `REPOSITORY_BUSY`: Another git process holds a lock in this repository. `NO_MERGE_IN_PROGRESS`: No merge is under way in this worktree. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "REPOSITORY_BUSY" | "NO_MERGE_IN_PROGRESS";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    skipSubtask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SkipSubtask"];
                "application/x-www-form-urlencoded": components["schemas"]["SkipSubtask"];
            };
        };
        responses: {
            /** @description Noted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "\"Login form\" is left out: The other form is used."
                     *     }
                     */
                    "application/json": components["schemas"]["MergeDone"];
                    /** @example "Login form" is left out: The other form is used. */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `NOT_A_SUBTASK`: This is no subtask of the task. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "NOT_A_SUBTASK";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            /** @description `MERGE_IN_PROGRESS`: A merge is under way in this worktree. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MERGE_IN_PROGRESS";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    checkMerge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is left */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "canComplete": false,
                     *       "unmergedBranches": [
                     *         "makima/login-form-7d0e2f9a"
                     *       ],
                     *       "mergedCount": 1,
                     *       "skippedCount": 0,
                     *       "unmerged": [
                     *         {
                     *           "taskId": "7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2",
                     *           "taskName": "Login form",
                     *           "branch": "makima/login-form-7d0e2f9a",
                     *           "reason": "login.html is not in the worktree"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["MergeCheck"];
                    /**
                     * @example incomplete	1 merged	0 skipped
                     *     7d0e2f9a-1b64-4f0c-8a39-52b1c3f4e8d2	unmerged	Login form	makima/login-form-7d0e2f9a	login.html is not in the worktree
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            409: components["responses"]["REPOSITORY_BUSY"];
            500: components["responses"]["INTERNAL-GIT_FAILED"];
            503: components["responses"]["NOT_READY"];
            507: components["responses"]["DISK_FULL"];
        };
    };
    runCompletion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunCompletion"];
                "application/x-www-form-urlencoded": components["schemas"]["RunCompletion"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "message": "The branch makima/hello-0b4c1d5e is in /home/ada/my-project",
                     *       "prUrl": null,
                     *       "commitSha": "9c1185a5c5e9fc54612808977ee8f548b2258d31",
                     *       "branch": "makima/hello-0b4c1d5e"
                     *     }
                     */
                    "application/json": components["schemas"]["CompletionResult"];
                    /** @example makima/hello-0b4c1d5e	9c1185a5c5e9fc54612808977ee8f548b2258d31		The branch makima/hello-0b4c1d5e is in /home/ada/my-project */
                    "text/plain": string;
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `INVALID_REPOSITORY`: The repository cannot be used. `INVALID_REF`: This is no valid branch name. `NO_COMPLETION_TARGET`: There is no completion action to run, or no repository to run it on. `SUBTASK_COMPLETION_ACTION`: A subtask has no completion action of its own. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "INVALID_REPOSITORY" | "INVALID_REF" | "NO_COMPLETION_TARGET" | "SUBTASK_COMPLETION_ACTION";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND-WORKTREE_NOT_FOUND"];
            /** @description `TASK_ACTIVE`: The task is active. `COMPLETION_RUNNING`: A completion action of this task is under way. `COMPLETION_FAILED`: The completion action failed. `WORK_UNFINISHED`: The work is in the middle of a merge or rebase. `COMPLETION_CONFLICT`: The work conflicts with the target branch; nothing was changed. `CHECKOUT_NOT_CLEAN`: The branch is checked out where work is not committed; nothing was changed. `CHECKOUT_BUSY`: The branch is in use by a checkout that cannot be updated now; nothing was changed. `BRANCH_TAKEN`: The branch cannot be written without losing what is somebody else's. `BRANCH_MOVED`: The branch has commits that are not in the work; nothing was changed. `TARGET_BRANCH_NOT_FOUND`: The target repository has no such branch. `NO_COMMIT_IDENTITY`: git's configuration of the target repository names nobody to commit as. `REMOTE_NOT_FOUND`: The target repository has no usable remote origin. `PUSH_REJECTED`: The branch was not taken by origin. `PULL_REQUEST_UNAVAILABLE`: The branch is pushed, but there is nothing to open a pull request with. `PULL_REQUEST_FAILED`: The branch is pushed, but the pull request was refused. `MERGE_IN_PROGRESS`: A merge is under way in this worktree. `REPOSITORY_BUSY`: Another git process holds a lock in this repository. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_ACTIVE" | "COMPLETION_RUNNING" | "COMPLETION_FAILED" | "WORK_UNFINISHED" | "COMPLETION_CONFLICT" | "CHECKOUT_NOT_CLEAN" | "CHECKOUT_BUSY" | "BRANCH_TAKEN" | "BRANCH_MOVED" | "TARGET_BRANCH_NOT_FOUND" | "NO_COMMIT_IDENTITY" | "REMOTE_NOT_FOUND" | "PUSH_REJECTED" | "PULL_REQUEST_UNAVAILABLE" | "PULL_REQUEST_FAILED" | "MERGE_IN_PROGRESS" | "REPOSITORY_BUSY";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY"];
        };
    };
    readOutput: {
        parameters: {
            query?: {
                /** @description The id of an event, alone or as a stream tells it, with the name of what it was counted in (120-k3f9x2ab): what comes after it is sent. One whose name says that it was counted elsewhere is 410 EVENTS_GONE */
                after?: string | number;
                /** @description Of a JSON page, 100 where left out; with tail as many as that, up to 1000 */
                limit?: number;
                /** @description The last so many events of output, of those after `after`; with follow, then what comes */
                tail?: number;
                /** @description Of the streamed forms: go on with what comes, until the task has ended */
                follow?: boolean;
            };
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The output */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": 42,
                     *           "taskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10",
                     *           "at": "2026-11-27T10:00:02.000Z",
                     *           "type": "output",
                     *           "stream": "stdout",
                     *           "content": "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"I write the page.\"}]}}",
                     *           "jsonType": "assistant"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["OutputPage"];
                    /**
                     * @example I write the page.
                     *     [makima] done
                     */
                    "text/plain": string;
                    /** @example {"id":42,"taskId":"0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10","at":"2026-11-27T10:00:02.000Z","type":"output","stream":"stdout","content":"{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"I write the page.\"}]}}","jsonType":"assistant"} */
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            410: components["responses"]["EVENTS_GONE"];
            429: components["responses"]["TOO_MANY_STREAMS"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY"];
        };
    };
    followTask: {
        parameters: {
            query?: {
                /** @description The id of an event, alone or as a stream tells it, with the name of what it was counted in (120-k3f9x2ab): what comes after it is sent. One whose name says that it was counted elsewhere is 410 EVENTS_GONE */
                after?: string | number;
                /** @description Comma-separated, of output, status, usage, budget, merge, completion, tool-key, message, approval, silence, limit, end, task, activity. Where left out, all but those that are made for who asks for them: task, activity */
                types?: string;
                /** @description Of task events. summary: without the plans; full where left out */
                view?: "full" | "summary";
            };
            header?: {
                /** @description The id of the last event of the stream before, as it was sent; wins over after */
                "last-event-id"?: string;
            };
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events. The data of each is an Event, but that of `event: gap`, which has no id: where retention deletes what a reader has not read yet, it gets `{"type":"gap","code":"EVENTS_GONE","trimmedThrough":…}`, the id up to which events are gone, and then the end of the stream; and that of `event: snapshot`, after the tasks of a snapshot. The `id:` of each is a number and a name, and is sent back as it is. A task event has the id of the latest event before it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example id: 41-k3f9x2ab
                     *     event: status
                     *     data: {"id":41,"taskId":"0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10","at":"2026-11-27T10:00:02.000Z","type":"status","from":"starting","to":"running"}
                     *
                     *     id: 42-k3f9x2ab
                     *     event: output
                     *     data: {"id":42,"taskId":"0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10","at":"2026-11-27T10:00:02.000Z","type":"output","stream":"stdout","content":"{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"I write the page.\"}]}}","jsonType":"assistant"}
                     *
                     *     id: 57-k3f9x2ab
                     *     event: end
                     *     data: {"id":57,"taskId":"0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10","at":"2026-11-27T10:04:30.000Z","type":"end","status":"done"}
                     */
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            410: components["responses"]["EVENTS_GONE"];
            429: components["responses"]["TOO_MANY_STREAMS"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY"];
        };
    };
    followAll: {
        parameters: {
            query?: {
                /** @description The id of an event, alone or as a stream tells it, with the name of what it was counted in (120-k3f9x2ab): what comes after it is sent. One whose name says that it was counted elsewhere is 410 EVENTS_GONE */
                after?: string | number;
                /** @description Comma-separated, of output, status, usage, budget, merge, completion, tool-key, message, approval, silence, limit, end, task, activity. Where left out, all but those that are made for who asks for them: task, activity */
                types?: string;
                /** @description Of task events. summary: without the plans; full where left out */
                view?: "full" | "summary";
                /** @description First a task event for each task, then one after each change of one, beside what types asks for */
                snapshot?: boolean;
            };
            header?: {
                /** @description The id of the last event of the stream before, as it was sent; wins over after */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events. The data of each is an Event, but that of `event: gap`, which has no id: where retention deletes what a reader has not read yet, it gets `{"type":"gap","code":"EVENTS_GONE","trimmedThrough":…}`, the id up to which events are gone, and then the end of the stream; and that of `event: snapshot`, after the tasks of a snapshot. The `id:` of each is a number and a name, and is sent back as it is. A task event has the id of the latest event before it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example id: 41-k3f9x2ab
                     *     event: status
                     *     data: {"id":41,"taskId":"0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10","at":"2026-11-27T10:00:02.000Z","type":"status","from":"starting","to":"running"}
                     *
                     *     id: 42-k3f9x2ab
                     *     event: output
                     *     data: {"id":42,"taskId":"0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10","at":"2026-11-27T10:00:02.000Z","type":"output","stream":"stdout","content":"{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"I write the page.\"}]}}","jsonType":"assistant"}
                     */
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            410: components["responses"]["EVENTS_GONE"];
            429: components["responses"]["TOO_MANY_STREAMS"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY"];
        };
    };
    listToolKeys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "5a1f3c7e-9b2d-4e86-a0c4-7f6e5d4c3b2a",
                     *         "label": "ci",
                     *         "createdAt": "2026-11-27T10:00:00.000Z",
                     *         "expiresAt": null
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["ToolKey"][];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    createToolKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateToolKey"];
                "application/x-www-form-urlencoded": components["schemas"]["CreateToolKey"];
            };
        };
        responses: {
            /** @description The key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5a1f3c7e-9b2d-4e86-a0c4-7f6e5d4c3b2a",
                     *       "label": "ci",
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "expiresAt": null,
                     *       "key": "4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f"
                     *     }
                     */
                    "application/json": components["schemas"]["NewToolKey"];
                    /** @example 4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED-FIELD_UNAVAILABLE"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["TASK_NOT_FOUND"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    deleteToolKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the task */
                taskId: string;
                /** @description Of the key */
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            /** @description `TASK_NOT_FOUND`: There is no task with this id. `TOOL_KEY_NOT_FOUND`: The task has no such tool key. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TASK_NOT_FOUND" | "TOOL_KEY_NOT_FOUND";
                    };
                };
            };
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhooks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": "a7c3e9d1-4b52-4f08-9e6a-2d1c0b9f8e7d",
                     *         "url": "https://example.com/makima",
                     *         "types": [
                     *           "status",
                     *           "merge",
                     *           "completion",
                     *           "end"
                     *         ],
                     *         "taskId": null,
                     *         "createdAt": "2026-11-27T10:00:00.000Z",
                     *         "pending": 0,
                     *         "lastDeliveredAt": null,
                     *         "lastError": null,
                     *         "lastErrorAt": null,
                     *         "disabledAt": null,
                     *         "reason": null
                     *       },
                     *       {
                     *         "id": "a7c3e9d1-4b52-4f08-9e6a-2d1c0b9f8e7d",
                     *         "url": "https://example.com/makima",
                     *         "types": [
                     *           "status",
                     *           "merge",
                     *           "completion",
                     *           "end"
                     *         ],
                     *         "taskId": null,
                     *         "createdAt": "2026-11-27T10:00:00.000Z",
                     *         "pending": 3,
                     *         "lastDeliveredAt": "2026-11-27T10:00:02.000Z",
                     *         "lastError": "It answered 502",
                     *         "lastErrorAt": "2026-11-27T10:04:30.000Z",
                     *         "disabledAt": null,
                     *         "reason": null
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Webhook"][];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhook"];
                "application/x-www-form-urlencoded": components["schemas"]["CreateWebhook"];
            };
        };
        responses: {
            /** @description The webhook */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "a7c3e9d1-4b52-4f08-9e6a-2d1c0b9f8e7d",
                     *       "url": "https://example.com/makima",
                     *       "types": [
                     *         "status",
                     *         "merge",
                     *         "completion",
                     *         "end"
                     *       ],
                     *       "taskId": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "pending": 0,
                     *       "lastDeliveredAt": null,
                     *       "lastError": null,
                     *       "lastErrorAt": null,
                     *       "disabledAt": null,
                     *       "reason": null,
                     *       "secret": "whsec_TWFraW1hTWFraW1hTWFraW1hTWFraW1hTWFraW1hTWE="
                     *     }
                     */
                    "application/json": components["schemas"]["NewWebhook"];
                };
            };
            /** @description `MALFORMED_REQUEST`: This is no well-formed HTTP request. `VALIDATION_FAILED`: The request does not fit the contract. `FIELD_UNAVAILABLE`: This version cannot do what a field asks for. `WEBHOOK_HOST_UNKNOWN`: The host of the address cannot be found. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "MALFORMED_REQUEST" | "VALIDATION_FAILED" | "FIELD_UNAVAILABLE" | "WEBHOOK_HOST_UNKNOWN";
                    };
                };
            };
            401: components["responses"]["UNAUTHENTICATED"];
            /** @description `HOST_NOT_ALLOWED`: The Host header is not an address of this daemon. `ORIGIN_NOT_ALLOWED`: Web pages of this origin may not call the daemon. `FORBIDDEN`: This key may not do that. `WEBHOOK_ADDRESS_REFUSED`: The address is one of this machine or of a private network. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "HOST_NOT_ALLOWED" | "ORIGIN_NOT_ALLOWED" | "FORBIDDEN" | "WEBHOOK_ADDRESS_REFUSED";
                    };
                };
            };
            404: components["responses"]["TASK_NOT_FOUND"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            /** @description `TOO_MANY_WEBHOOKS`: The limit of webhooks is reached. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "TOO_MANY_WEBHOOKS";
                    };
                };
            };
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the webhook */
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "a7c3e9d1-4b52-4f08-9e6a-2d1c0b9f8e7d",
                     *       "url": "https://example.com/makima",
                     *       "types": [
                     *         "status",
                     *         "merge",
                     *         "completion",
                     *         "end"
                     *       ],
                     *       "taskId": null,
                     *       "createdAt": "2026-11-27T10:00:00.000Z",
                     *       "pending": 3,
                     *       "lastDeliveredAt": "2026-11-27T10:00:02.000Z",
                     *       "lastError": "It answered 502",
                     *       "lastErrorAt": "2026-11-27T10:04:30.000Z",
                     *       "disabledAt": null,
                     *       "reason": null
                     *     }
                     */
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["WEBHOOK_NOT_FOUND"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Of the webhook */
                webhookId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MALFORMED_REQUEST-VALIDATION_FAILED"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            404: components["responses"]["WEBHOOK_NOT_FOUND"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    getInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The daemon */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "2f1c8a4e-6d3b-4e57-8a90-1b2c3d4e5f60",
                     *       "version": "0.2.0",
                     *       "home": "/home/ada/.makima",
                     *       "startedAt": "2026-11-27T10:00:00.000Z",
                     *       "agents": [
                     *         {
                     *           "name": "claude",
                     *           "command": "claude",
                     *           "protocol": "claude",
                     *           "isDefault": true,
                     *           "path": "/home/ada/.local/bin/claude",
                     *           "version": "2.1.330",
                     *           "problem": null
                     *         },
                     *         {
                     *           "name": "goose",
                     *           "command": "goose",
                     *           "protocol": "acp",
                     *           "isDefault": false,
                     *           "path": null,
                     *           "version": null,
                     *           "problem": "goose was not found on the PATH (looked in /usr/bin, /bin). Install it, or correct its command in MAKIMA_AGENTS"
                     *         }
                     *       ],
                     *       "limits": {
                     *         "maxConcurrentTasks": 4,
                     *         "maxDepth": 2
                     *       },
                     *       "usageLimits": [],
                     *       "disk": {
                     *         "freeBytes": 120000000000,
                     *         "totalBytes": 500000000000,
                     *         "logBytes": 4200000,
                     *         "usage": {
                     *           "measuredAt": "2026-11-27T10:00:00.000Z",
                     *           "worktreeBytes": 9600000000,
                     *           "repositoryBytes": 310000000,
                     *           "cacheBytes": 820000000,
                     *           "keptBytes": 45000000,
                     *           "preparedBytes": 240000000,
                     *           "logBytes": 4200000,
                     *           "runBytes": 90000
                     *         }
                     *       },
                     *       "counts": {
                     *         "running": 1,
                     *         "done": 12
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Info"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    listAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agents */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "name": "claude",
                     *         "command": "claude",
                     *         "protocol": "claude",
                     *         "isDefault": true,
                     *         "path": "/home/ada/.local/bin/claude",
                     *         "version": "2.1.330",
                     *         "problem": null
                     *       },
                     *       {
                     *         "name": "goose",
                     *         "command": "goose",
                     *         "protocol": "acp",
                     *         "isDefault": false,
                     *         "path": null,
                     *         "version": null,
                     *         "problem": "goose was not found on the PATH (looked in /usr/bin, /bin). Install it, or correct its command in MAKIMA_AGENTS"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Agent"][];
                    /**
                     * @example claude	2.1.330	ready
                     *     goose	-	not installed
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["HANDLER_TIMEOUT"];
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED"];
            500: components["responses"]["INTERNAL"];
            /** @description `HANDLER_TIMEOUT`: The answer took too long. `NOT_READY`: The daemon is starting or shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"] & {
                        /** @enum {string} */
                        code?: "HANDLER_TIMEOUT" | "NOT_READY";
                    };
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The measurements */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # HELP makima_tasks Tasks by status
                     *     # TYPE makima_tasks gauge
                     *     makima_tasks{status="running"} 1
                     */
                    "text/plain": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["UNAUTHENTICATED"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED-FORBIDDEN"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["NOT_READY-HANDLER_TIMEOUT"];
        };
    };
    openapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.0",
                     *       "info": {
                     *         "title": "makima",
                     *         "version": "0.2.0"
                     *       },
                     *       "paths": {}
                     *     }
                     */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["HANDLER_TIMEOUT"];
        };
    };
    openapiYaml: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example openapi: 3.1.0
                     *     info:
                     *       title: makima
                     *       version: 0.2.0
                     *     paths: {}
                     */
                    "application/yaml": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["HANDLER_TIMEOUT"];
        };
    };
    asyncapiYaml: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example asyncapi: 3.1.0
                     *     info:
                     *       title: makima
                     *       version: 0.2.0
                     */
                    "application/yaml": string;
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            403: components["responses"]["HOST_NOT_ALLOWED-ORIGIN_NOT_ALLOWED"];
            500: components["responses"]["INTERNAL"];
            503: components["responses"]["HANDLER_TIMEOUT"];
        };
    };
    webhookEvent: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same at each try */
                "webhook-id": string;
                /** @description Of the try, in seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and base64 of the HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>` */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "end",
                 *       "timestamp": "2026-11-27T10:04:30.000Z",
                 *       "data": {
                 *         "status": "done",
                 *         "id": 57,
                 *         "taskId": "0b4c1d5e-8f3a-4c59-9a57-6c0f6f1f6a10"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["WebhookMessage"];
            };
        };
        responses: {
            /** @description Taken */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Send no more */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
