import { MakimaError } from '../../errors.ts';
import { hasHooks } from '../../git/repository/index.ts';
import { removeTaskCard, writeTaskCard } from '../../git/worktree/index.ts';
import type { RunContext } from '../context.ts';
import { portVariables } from '../ports/ports.ts';
import { runProjectCommand } from '../project-commands.ts';
import { worktreeOfStart, type RunHook } from './hook.ts';

/** The repository's own setup command, once in a new worktree; its record is stored after it, so a crash repeats it. */
export const runSetup = ({
  store,
  ledger,
  inheritedEnv,
  timing,
  now,
}: Pick<RunContext, 'store' | 'ledger' | 'inheritedEnv' | 'timing' | 'now'>): RunHook => ({
  name: 'setup',
  async prepare(start) {
    const worktree = worktreeOfStart(start);
    const { task, run } = start;
    if (start.isNewWorktree || start.isRestored) {
      const failure = await runProjectCommand({
        which: 'setup',
        worktree: worktree.path,
        runId: run.runId,
        env: { ...inheritedEnv, ...portVariables(run.ports) },
        timeoutMs: timing.projectCommand,
        signal: start.signal,
        onLine: (line) => ledger.say(task.id, `setup: ${line}`),
        onStart: (command) => {
          start.hasRunSetup = true;
          ledger.say(task.id, `Running the repository's setup command: ${command}`);
        },
      });
      if (failure !== null) throw new MakimaError('SETUP_FAILED', failure);
      // Of a subtask its orchestrator's log has said so.
      if (start.hooksNotRun !== null && task.parentTaskId === null && !(await hasHooks(worktree.gitDir)))
        ledger.say(task.id, start.hooksNotRun, 'warning');
    }
    // The first to know of the worktree beside the store: should the store be lost, it is found again by it.
    await writeTaskCard({ task, worktree, isDeleted: false });
    await store.saveWorktree({ taskId: task.id, record: worktree, repositoryDir: worktree.gitDir, createdAt: now().toISOString() });
    return undefined;
  },
  async undo(start) {
    if (!start.isNewWorktree) return;
    await store.deleteWorktree(start.task.id);
    if (start.worktree) await removeTaskCard(start.worktree.gitDir, start.task.id);
  },
});
