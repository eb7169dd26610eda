import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sealMakimaDirectory } from '../../git/worktree/index.ts';
import { issueToolKey, revokeToolKeys } from '../../ledger/tool-key.ts';
import { orchestrateScript } from '../../orchestrator/script.ts';
import { worktreeOfStart, type StartStep } from './hook.ts';

/**
 * The `.makima` directory, sealed against git; for an orchestrator the helper script in it, and a key for the API. A second
 * copy lies in the run's directory, where MAKIMA_ORCHESTRATE names it: `git clean -ffdx` takes all of `.makima` away, and an
 * orchestrator without its script can neither go on nor finish.
 */
export const installHelper: StartStep = {
  name: 'helper',
  async apply(context, start) {
    const worktree = worktreeOfStart(start);
    await sealMakimaDirectory(worktree);
    const { task, run } = start;
    if (!task.isOrchestrator) return;
    await mkdir(run.directory, { recursive: true, mode: 0o700 });
    const kept = join(run.directory, 'orchestrate.sh');
    for (const script of [join(worktree.path, '.makima', 'orchestrate.sh'), kept]) {
      // not through a link that the agent put there
      await rm(script, { recursive: true, force: true });
      await copyFile(orchestrateScript, script);
      await chmod(script, 0o755);
    }
    const { key } = await issueToolKey(context.store, {
      id: context.newId(),
      taskId: task.id,
      label: `run ${run.number}`,
      createdAt: context.now().toISOString(),
      expiresAt: null,
      runId: run.runId,
    });
    await context.ledger.flush();
    start.env = { ...start.env, MAKIMA_API_URL: context.apiUrl(), MAKIMA_API_KEY: key, MAKIMA_TASK_ID: task.id, MAKIMA_ORCHESTRATE: kept };
    context.ledger.say(task.id, 'Helper script: .makima/orchestrate.sh');
  },
  undo: (context, start) => revokeToolKeys(context, start.task.id, start.run.runId),
};
