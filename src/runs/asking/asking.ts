import type { AgentAnswer, AgentRequest } from '../../agents/driver.ts';
import { createTurns } from '../../domain/turns.ts';
import { MakimaError } from '../../errors.ts';
import type { ApprovalDecision, ApprovalRecord } from '../../store/task-store.ts';
import { createAlarm } from '../alarm.ts';
import type { RunContext } from '../context.ts';
import type { RunningAgent } from '../hooks/hook.ts';
import { untilDone } from '../until-done.ts';
import { keptDecided, mostWaiting, newApproval, ruledBy, tooMany } from './new-approval.ts';
import { eventsOf } from './words.ts';

/** What the agent of one run asks, from the request to the answer. */
export interface Asking {
  /** It asks, or asks still: what was told before is known. */
  asked(request: AgentRequest): Promise<void>;
  /** It waits for the answer no more. @param requestId - left out: for none of those that its output does not have as open */
  gaveUp(requestId?: string): Promise<void>;
  /** An earlier daemon left it: what was asked, decided and given up meanwhile is carried out. */
  found(): Promise<void>;
  /** Somebody has decided one of it, and that is stored. */
  decided(approval: ApprovalRecord): void;
  /** Decides what waits and is like something that was decided once and for all. */
  ruled(): Promise<void>;
  /** It is being stopped, or has ended: it waits for no answer. */
  withdraw(): Promise<void>;
  /** For good. */
  close(): void;
}

export type AskingParts = Pick<RunContext, 'store' | 'ledger' | 'timing' | 'now' | 'newId' | 'reached' | 'report'>;

const answerOf = ({ status, message, answers, updatedInput }: ApprovalRecord): AgentAnswer =>
  status === 'allowed'
    ? { decision: 'allow', ...(updatedInput !== null && { input: updatedInput }), ...(answers !== null && { answers }) }
    : { decision: 'deny', message: message ?? 'This was not allowed.' };

const isDecided = ({ status }: ApprovalRecord): boolean => status === 'allowed' || status === 'denied' || status === 'expired';

const inTime = (limit: number): string => {
  const minutes = Math.round(limit / 60_000);
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
};

const expiry = ({ kind }: ApprovalRecord, limit: number): string =>
  kind === 'question'
    ? `Nobody has answered within ${inTime(limit)}. Decide as you think best, go on, and say at the end what you have decided.`
    : `Nobody has answered within ${inTime(limit)}, so this is not allowed. Go on without it as well as you can, and say at the end what you have left out.`;

/**
 * A request is stored before anybody is told of it, and a decision before the agent is: whatever dies in between, what is stored is
 * carried out, and the agent takes an answer once. The task waits, and others have its slot, while any of its requests is open; what
 * is decided is handed over at once, the last of them when the task has a slot again.
 * @param detach - fires when the daemon lets go of the agent
 */
export const createAsking = (parts: AskingParts, agent: RunningAgent, detach: AbortSignal): Asking => {
  const { store, ledger, timing, now, newId, reached } = parts;
  const { task, run, driver } = agent;
  const limit = timing.approval;
  const inTurn = createTurns();
  /** All that was told, since a restart tells it again. */
  const known = new Set<string>();
  const waiting = new Map<string, { approval: ApprovalRecord; request: AgentRequest }>();
  /** Decided, and not handed over yet. */
  let toAnswer: { approval: ApprovalRecord; request: AgentRequest }[] = [];
  /** What the task was last told to wait for. */
  let told = '';
  let closed = false;
  let isComplete = !agent.isFound;

  const inTheEnd = (what: string, work: () => Promise<void>): void => void untilDone(parts, `${what} of task ${task.id}`, work, detach);

  const handOver = async (): Promise<void> => {
    for (let first = toAnswer.shift(); first !== undefined; first = toAnswer.shift()) {
      try {
        await agent.answer(first.request, answerOf(first.approval));
      } catch (error) {
        // It has ended, or nothing more is said to it: it waits for nothing.
        if (error instanceof MakimaError && error.code === 'AGENT_INPUT_CLOSED') continue;
        toAnswer.unshift(first);
        throw error;
      }
    }
  };
  /** Hands over what is decided: at once where something else is open, else when the task has its slot. */
  const goOn = (): void =>
    inTheEnd('answering the agent', async () => {
      if (waiting.size === 0) {
        told = '';
        if (!(await agent.unblock('approval'))) return;
      }
      if (closed) return;
      reached('approval goes on');
      await handOver();
    });

  /** Has the task wait for what is open, where that has changed. */
  const stand = async (): Promise<void> => {
    mindTime();
    const approvalIds = [...waiting.keys()];
    if (approvalIds.length === 0 || approvalIds.join() === told) return;
    await agent.block({ kind: 'approval', approvalIds });
    told = approvalIds.join();
    reached('approval blocks');
  };
  const settle = async (approval: ApprovalRecord): Promise<void> => {
    const one = waiting.get(approval.id);
    if (one === undefined || closed) return;
    waiting.delete(approval.id);
    if (isDecided(approval)) toAnswer.push({ approval, request: one.request });
    await stand();
    goOn();
  };

  const decide = async (id: string, decision: Omit<ApprovalDecision, 'decidedAt'>): Promise<void> => {
    try {
      const decided = await ledger.commit(store.decideApproval(id, { ...decision, decidedAt: now().toISOString() }, eventsOf));
      await settle(decided);
    } catch (error) {
      // Somebody was quicker, and says so by himself.
      if (!(error instanceof MakimaError && error.code === 'APPROVAL_DECIDED')) throw error;
    }
  };
  const deadline = createAlarm(
    () => now().getTime(),
    () =>
      inTheEnd('denying what nobody has answered', () =>
        inTurn(async () => {
          if (limit === null) return;
          for (const { approval } of [...waiting.values()])
            if (now().getTime() >= Date.parse(approval.createdAt) + limit)
              await decide(approval.id, {
                status: 'expired',
                message: expiry(approval, limit),
                answers: null,
                updatedInput: null,
                remember: null,
                decidedBy: 'makima',
              });
          mindTime();
        }),
      ),
  );

  /** From when the first that waits has done so for too long. */
  const mindTime = (): void => {
    const begun = [...waiting.values()].map(({ approval }) => Date.parse(approval.createdAt));
    deadline.set(limit === null || begun.length === 0 ? null : Math.min(...begun) + limit);
  };

  const ask = async (request: AgentRequest): Promise<void> => {
    reached('approval asked');
    const at = now().toISOString();
    const rules = request.isDelicate === true ? [] : await store.rulesFor(task.id);
    const { approval } = await ledger.commit(
      store.insertApproval(
        newApproval(agent, request, rules, { id: newId(), at }),
        { mostWaiting, keep: keptDecided, tooMany: { ...tooMany, decidedAt: at } },
        eventsOf,
      ),
    );
    reached('approval stored');
    take(approval, request);
  };
  const take = (approval: ApprovalRecord, request: AgentRequest): void => {
    known.add(request.id);
    if (approval.status === 'pending') waiting.set(approval.id, { approval, request });
    else if (isDecided(approval)) toAnswer.push({ approval, request });
  };

  const dropped = async (of: { only?: string; allBut?: readonly string[] }): Promise<void> => {
    const withdrawn = await ledger.commit(store.withdrawApprovals({ runId: run.runId, ...of }, now().toISOString(), eventsOf));
    for (const { id } of withdrawn) waiting.delete(id);
  };

  return {
    asked: (request) =>
      inTurn(async () => {
        if (closed) return;
        if (!known.has(request.id)) await ask(request);
        await stand();
        if (toAnswer.length > 0) goOn();
      }),
    gaveUp: (requestId) =>
      inTurn(async () => {
        const open = agent.asked.map(({ id }) => id);
        const isOver = (id: string): boolean => (requestId === undefined ? !open.includes(id) : id === requestId);
        toAnswer = toAnswer.filter(({ request }) => !isOver(request.id));
        if (closed || waiting.size === 0) return;
        if ([...waiting.values()].some(({ request }) => isOver(request.id)))
          await dropped(requestId === undefined ? { allBut: open } : { only: requestId });
        await stand();
        if (waiting.size === 0) goOn();
      }),
    found: () =>
      inTurn(async () => {
        const { asked } = agent;
        await dropped({ allBut: asked.map(({ id }) => id) });
        const rows = await store.listApprovals({ runId: run.runId, limit: mostWaiting + keptDecided });
        for (const request of asked) {
          const row = rows.find(({ requestId }) => requestId === request.id);
          if (known.has(request.id)) continue;
          if (row) take(row, request);
          else await ask(request);
        }
        isComplete = true;
        await stand();
        goOn();
      }),
    decided: (approval) => inTheEnd('carrying out a decision', () => inTurn(() => settle(approval))),
    ruled: () =>
      inTurn(async () => {
        const rules = waiting.size === 0 ? [] : await store.rulesFor(task.id);
        for (const { approval, request } of [...waiting.values()]) {
          const ruling = ruledBy(driver, request, rules);
          if (ruling) await decide(approval.id, ruling);
        }
      }),
    withdraw: () =>
      inTurn(async () => {
        toAnswer = [];
        if (waiting.size > 0 || !isComplete) await dropped({});
        isComplete = true;
        deadline.set(null);
      }),
    close() {
      closed = true;
      deadline.set(null);
    },
  };
};
