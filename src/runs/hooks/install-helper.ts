import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sealMakimaDirectory } from '../../git/worktree/index.ts';
import { orchestrateScript } from '../../orchestrator/script.ts';
import type { RunContext } from '../context.ts';
import { worktreeOfStart, type RunHook } from './hook.ts';

/**
 * The `.makima` directory, sealed against git; for an orchestrator the helper script in it. A second copy lies in the run's
 * directory, where MAKIMA_ORCHESTRATE names it: `git clean -ffdx` takes all of `.makima` away, and an orchestrator without its
 * script can neither go on nor finish.
 */
export const installHelper = ({ ledger }: Pick<RunContext, 'ledger'>): RunHook => ({
  name: 'helper',
  async prepare(start) {
    const worktree = worktreeOfStart(start);
    // a new one has it, unless somebody was at it since
    if (!start.isNewWorktree || start.hasRunSetup) await sealMakimaDirectory(worktree);
    const { task, run } = start;
    if (!task.isOrchestrator) return undefined;
    await mkdir(run.directory, { recursive: true, mode: 0o700 });
    const kept = join(run.directory, 'orchestrate.sh');
    for (const script of [join(worktree.path, '.makima', 'orchestrate.sh'), kept]) {
      // not through a link that the agent put there
      await rm(script, { recursive: true, force: true });
      await copyFile(orchestrateScript, script);
      await chmod(script, 0o755);
    }
    ledger.say(task.id, 'Helper script: .makima/orchestrate.sh');
    return { env: { MAKIMA_ORCHESTRATE: kept } };
  },
});
