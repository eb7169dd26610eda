import { committedLinks, copyFiles, copyWorktreeInclude, parseWorktree } from '../../git/worktree/index.ts';
import type { RunContext } from '../context.ts';
import { worktreeOfStart, type RunHook } from './hook.ts';
import { named, tellLinks } from './tell-links.ts';

/** Files that a new worktree needs and git does not bring: what the repository's .worktreeinclude names, and what the parent shares. */
export const bringFiles = (context: Pick<RunContext, 'store' | 'ledger'>): RunHook => ({
  name: 'files',
  async prepare(start) {
    if (!start.isNewWorktree && !start.isRestored) return undefined;
    const worktree = worktreeOfStart(start);
    const { task } = start;
    if (worktree.sourcePath !== null && task.continueFromTaskId === null) {
      const { copied: included, truncated } = await copyWorktreeInclude(worktree.sourcePath, worktree.path, {
        signal: start.signal,
        told: tellLinks(context, task.id),
      });
      if (truncated) context.ledger.say(task.id, '.worktreeinclude names more than is copied; the rest was left out', 'warning');
      if (included.length > 0) context.ledger.say(task.id, `Copied from the source checkout, as .worktreeinclude asks: ${named(included)}`);
    }
    // what the parent shared was kept, unless git ignores it
    if (start.isRestored || task.copyFiles.length === 0 || task.parentTaskId === null) return undefined;
    const parent = await context.store.getWorktree(task.parentTaskId);
    if (!parent) {
      context.ledger.say(task.id, 'copyFiles: the parent has no worktree to copy from; nothing was copied', 'warning');
      return undefined;
    }
    const from = parseWorktree(parent.record);
    const told = tellLinks(context, task.id);
    const { copied, missing } = await copyFiles(from.path, worktree.path, task.copyFiles, {
      signal: start.signal,
      committed: committedLinks(from, start.signal),
      told,
    });
    if (copied.length > 0) context.ledger.say(task.id, `Copied from the parent's worktree: ${named(copied)}`);
    for (const path of missing)
      context.ledger.say(task.id, `copyFiles: ${path} is not in the parent's worktree; it was left out`, 'warning');
    return undefined;
  },
});
