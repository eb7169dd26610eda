import type { AgentDriver, AgentRequest } from '../../agents/driver.ts';
import { maxInputLength } from '../../domain/approval-decision.ts';
import type { ApprovalDecision, ApprovalRecord, RememberedRule, Run } from '../../store/task-store.ts';

type Auto = Omit<ApprovalDecision, 'decidedAt'>;

/** Of one task: whoever has so many to decide looks at none. */
export const mostWaiting = 50;
/** How many that are decided are kept of a task. */
export const keptDecided = 200;

const undecided = { message: null, answers: null, updatedInput: null, remember: null } as const;

const refused = (message: string): Auto => ({ ...undecided, status: 'denied', decidedBy: 'makima', message });

/** Where as many wait as may. */
export const tooMany = refused(
  `${mostWaiting} requests of this task wait for an answer already, and this one was not let. Wait for the answers before you ask again.`,
);

/** What is too long or too deep to be kept is not shown to whoever would decide. */
const isTooLarge = (input: Readonly<Record<string, unknown>>): boolean => {
  try {
    return JSON.stringify(input).length > maxInputLength;
  } catch (error) {
    // The stack's end: a text that was parsed has no circles.
    if (error instanceof RangeError) return true;
    throw error;
  }
};

const remembered = ({ decision, message }: RememberedRule): Auto => ({
  ...undecided,
  status: decision === 'allow' ? 'allowed' : 'denied',
  decidedBy: 'remembered',
  message: decision === 'deny' ? (message ?? 'This was not allowed before, and is not now.') : null,
});

/** The decision of the latest rule that a request fits; null where it fits none. */
export const ruledBy = (driver: AgentDriver, request: AgentRequest, rules: readonly RememberedRule[]): Auto | null => {
  const rule = rules.find((each) => driver.fits(each, request));
  return rule ? remembered(rule) : null;
};

/** Whose agent asks. */
interface Of {
  run: Pick<Run, 'runId' | 'taskId' | 'actsUnasked'>;
  driver: AgentDriver;
}

/** What needs nobody to decide it; null where somebody has to. */
const decidedAtOnce = ({ run, driver }: Of, request: AgentRequest, rules: readonly RememberedRule[]): Auto | null => {
  if (run.actsUnasked && !request.isQuestion)
    return refused(
      `${request.reason ?? 'This needs an approval'}. Nobody is asked, since this agent runs with its permissions skipped: do it in another way, or leave it and say so at the end.`,
    );
  return ruledBy(driver, request, rules);
};

/**
 * What an agent asks, as it is stored: waiting for a decision, or decided already by an earlier one, by the agent's mode, or by bounds.
 * @param rules - what was decided once and for all, the latest first
 */
export const newApproval = (
  of: Of,
  request: AgentRequest,
  rules: readonly RememberedRule[],
  { id, at }: { id: string; at: string },
): ApprovalRecord => {
  const { questions = null, suggestions = [], tool } = request;
  const isLarge = isTooLarge(request.input);
  const auto = isLarge
    ? refused('This is too large to be shown to whoever decides. Do it in smaller parts.')
    : decidedAtOnce(of, request, rules);
  return {
    id,
    taskId: of.run.taskId,
    runId: of.run.runId,
    requestId: request.id,
    kind: questions === null ? 'tool' : 'question',
    tool,
    input: isLarge ? {} : request.input,
    questions: (isLarge ? questions?.slice(0, 0) : questions)?.map(({ options, ...each }) => ({ ...each, options: [...options] })) ?? null,
    suggestions: [...suggestions],
    createdAt: at,
    ...(auto === null ? { ...undecided, status: 'pending', decidedAt: null, decidedBy: null } : { ...auto, decidedAt: at }),
  };
};
