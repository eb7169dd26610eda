import type { Desk } from '../asking/desk.ts';
import type { Budgets } from '../budget/budgets.ts';
import type { RunContext } from '../context.ts';
import { bringApprovals } from './bring-approvals.ts';
import { bringFiles } from './bring-files.ts';
import { checkAgent } from './check-agent.ts';
import { checkBudget } from './check-budget.ts';
import { endProcesses } from './end-processes.ts';
import type { RunHook } from './hook.ts';
import { installHelper } from './install-helper.ts';
import { lookOverWork } from './look-over-work.ts';
import { noteProgress } from './note-progress.ts';
import { ownPorts } from './own-ports.ts';
import { prepareWorktree } from './prepare-worktree.ts';
import { runSetup } from './run-setup.ts';
import type { Limits } from '../limits/limits.ts';
import { tellWaits } from './tell-waits.ts';
import { toolKey } from './tool-key.ts';

/**
 * Every hook, in the order in which a start prepares them. Nothing is made where no budget is left; the agent is looked for before its
 * worktree is made, which may take long. At an end the order is the opposite: no process is left when the key dies, and no key when the work is looked at.
 */
export const runHooks = (
  context: RunContext & { budgets: Budgets; limits: Pick<Limits, 'reached' | 'succeeded'> },
  desk: Desk,
): readonly RunHook[] => [
  checkBudget(context),
  checkAgent(context),
  ownPorts(context),
  prepareWorktree(context),
  bringFiles(context),
  runSetup(context),
  installHelper(context),
  lookOverWork(context),
  toolKey(context),
  noteProgress(context),
  bringApprovals(desk),
  tellWaits(context),
  endProcesses,
];
