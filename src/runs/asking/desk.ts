import type { RunContext } from '../context.ts';
import type { RunningAgent } from '../hooks/hook.ts';
import type { ApprovalRecord, Run } from '../../store/task-store.ts';
import { createAsking, type Asking, type AskingParts } from './asking.ts';
import { eventsOf } from './words.ts';

/** Where agents ask, and who decides is heard. */
export interface Desk {
  /** What the agent asks, from its first word on. */
  of(agent: RunningAgent): Asking;
  /** A decision is stored. @param isRuled - it is one for others, too */
  decided(approval: ApprovalRecord, isRuled: boolean): void;
  /** The run is being stopped: nobody answers its agent any more. */
  stopping(run: Pick<Run, 'runId'>): Promise<void>;
  /** The run has ended: nobody waits any more. */
  ended(run: Pick<Run, 'runId'>): Promise<void>;
}

/** @param detach - fires when the daemon lets go of the agents */
export const createDesk = (parts: AskingParts & Pick<RunContext, 'report'>, detach: AbortSignal): Desk => {
  const all = new Map<string, Asking>();
  /** One of which nobody has heard since this daemon began may have asked before. */
  const withdraw = async ({ runId }: Pick<Run, 'runId'>): Promise<void> => {
    const asking = all.get(runId);
    if (asking) await asking.withdraw();
    else await parts.ledger.commit(parts.store.withdrawApprovals({ runId }, parts.now().toISOString(), eventsOf));
  };
  return {
    of(agent) {
      const { runId } = agent.run;
      const known = all.get(runId);
      if (known) return known;
      const made = createAsking(parts, agent, detach);
      all.set(runId, made);
      return made;
    },
    decided(approval, isRuled) {
      all.get(approval.runId)?.decided(approval);
      if (!isRuled) return;
      for (const asking of all.values())
        asking.ruled().catch((error: unknown) => parts.report('deciding what is like something that was decided', error));
    },
    stopping: withdraw,
    async ended(run) {
      await withdraw(run);
      all.get(run.runId)?.close();
      all.delete(run.runId);
    },
  };
};
