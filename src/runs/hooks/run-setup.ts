import { MakimaError } from '../../errors.ts';
import { hasHooks } from '../../git/repository/index.ts';
import { removeTaskCard, writeTaskCard } from '../../git/worktree/index.ts';
import { runProjectCommand } from '../project-commands.ts';
import { worktreeOfStart, type StartStep } from './hook.ts';

/** The repository's own setup command, once in a new worktree; its record is stored after it, so a crash repeats it. */
export const runSetup: StartStep = {
  name: 'setup',
  async apply(context, start) {
    const worktree = worktreeOfStart(start);
    const { task, run } = start;
    if (start.isNewWorktree) {
      const failure = await runProjectCommand({
        which: 'setup',
        worktree: worktree.path,
        runId: run.runId,
        env: context.inheritedEnv,
        timeoutMs: context.timing.projectCommand,
        signal: start.signal,
        onLine: (line) => context.ledger.say(task.id, `setup: ${line}`),
        onStart: (command) => context.ledger.say(task.id, `Running the repository's setup command: ${command}`),
      });
      if (failure !== null) throw new MakimaError('SETUP_FAILED', failure);
      // Of a subtask its orchestrator's log has said so.
      if (start.hooksNotRun !== null && task.parentTaskId === null && !(await hasHooks(worktree.gitDir)))
        context.ledger.say(task.id, start.hooksNotRun, 'warning');
    }
    // The first to know of the worktree beside the store: should the store be lost, it is found again by it.
    await writeTaskCard({ task, worktree, isDeleted: false });
    await context.store.saveWorktree({
      taskId: task.id,
      record: worktree,
      repositoryDir: worktree.gitDir,
      createdAt: context.now().toISOString(),
    });
  },
  async undo(context, start) {
    if (!start.isNewWorktree) return;
    await context.store.deleteWorktree(start.task.id);
    if (start.worktree) await removeTaskCard(start.worktree.gitDir, start.task.id);
  },
};
