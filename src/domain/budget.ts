/** What a budget comes to: pure rules, over what its task and all below it have used. */
import { budgetLimits, type Budget, type Usage } from '../../schemas/task.ts';
import { tokensOf, type Spent } from './usage.ts';

export type BudgetLimit = (typeof budgetLimits)[number];

/** The parts of a limit at which something is told of it. */
export const marks = [80, 100] as const;
export type BudgetMark = (typeof marks)[number];

/** Beyond so much of a limit no turn is waited for. */
const farShare = 1.2;
/** Costs are sums of doubles. */
const tolerance = 1e-9;
const minuteMs = 60_000;

/** How one limit of a budget stands. */
export interface LimitState {
  limit: BudgetLimit;
  used: number;
  max: number;
}

const amounts: Readonly<Record<BudgetLimit, (spent: Spent) => number>> = {
  maxCostUsd: ({ costUsd }) => costUsd,
  maxTokens: tokensOf,
  maxTurns: ({ turns }) => turns,
  maxMinutes: ({ runningMs }) => runningMs / minuteMs,
};

/** Each limit that a budget has, and how it stands. */
export const limitsOf = (budget: Budget, spent: Spent): LimitState[] =>
  budgetLimits.flatMap((limit) => {
    const max = budget[limit];
    return max === undefined ? [] : [{ limit, used: amounts[limit](spent), max }];
  });

const shareOf = ({ used, max }: LimitState): number => used / max;

/** How much of a limit is used up, in whole percent. */
export const percentOf = (state: LimitState): number => Math.floor(shareOf(state) * 100 + tolerance);

/** The marks that a limit has reached. */
export const marksReached = (state: LimitState): BudgetMark[] => marks.filter((mark) => shareOf(state) + tolerance >= mark / 100);

/** Nothing more may begin, and what goes on stops at the end of its turn. */
export const isUsedUp = (state: LimitState): boolean => shareOf(state) + tolerance >= 1;

/** What goes on is stopped at once. */
export const isFarBeyond = (state: LimitState): boolean => shareOf(state) - tolerance > farShare;

/**
 * When to look again at a budget of minutes: at its next mark, or where it is far beyond.
 * @param running - how many runs go on at once
 * @returns in milliseconds; null where no time passes, or nothing more comes
 */
export const nextLookMs = (budget: Budget, spent: Spent, running: number): number | null => {
  if (budget.maxMinutes === undefined || running === 0) return null;
  const max = budget.maxMinutes * minuteMs;
  const next = [...marks.map((mark) => (mark / 100) * max), farShare * max].find((at) => at > spent.runningMs);
  // A millisecond on, since a timer may come a little early.
  return next === undefined ? null : Math.ceil((next - spent.runningMs) / running) + 1;
};

/** What an agent itself can be held to, as a second net: what is left until no turn is waited for any more. */
export interface LeftForAgent {
  maxCostUsd?: number;
  maxTurns?: number;
}

/** @param all - the budgets that a run is under, each with what was used of it */
export const leftForAgent = (all: readonly { budget: Budget; spent: Spent }[]): LeftForAgent => {
  const least = (limit: 'maxCostUsd' | 'maxTurns'): number | null => {
    const left = all.flatMap(({ budget, spent }) => {
      const max = budget[limit];
      return max === undefined ? [] : [farShare * max - amounts[limit](spent)];
    });
    return left.length === 0 ? null : Math.min(...left);
  };
  const [cost, turns] = [least('maxCostUsd'), least('maxTurns')];
  return {
    // Six places of a dollar: an argument is read by a program and by people.
    ...(cost !== null && { maxCostUsd: Math.max(0.000001, Math.round(cost * 1e6) / 1e6) }),
    ...(turns !== null && { maxTurns: Math.max(1, Math.ceil(turns - tolerance)) }),
  };
};

/** How much more a token of this kind costs than one that is read: much the same for all models that are priced by tokens. */
const weights = { inputTokens: 1, outputTokens: 5, cacheReadTokens: 0.1, cacheWriteTokens: 1.25 } as const;

const weightOf = (usage: Usage): number =>
  weights.inputTokens * usage.inputTokens +
  weights.outputTokens * usage.outputTokens +
  weights.cacheReadTokens * usage.cacheReadTokens +
  weights.cacheWriteTokens * usage.cacheWriteTokens;

/** What tokens of which nobody has told the cost have cost about, by what others did; 0 where none is known. */
export const estimatedCost = (usage: Usage, known: Usage): number => {
  const weight = weightOf(known);
  return weight === 0 ? 0 : (known.costUsd / weight) * weightOf(usage);
};

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const money = (amount: number): string => `$${amount.toFixed(amount < 0.1 ? 4 : 2)}`;

const words: Readonly<Record<BudgetLimit, (state: LimitState) => string>> = {
  maxCostUsd: ({ used, max }) => `${money(used)} of ${money(max)}`,
  maxTokens: ({ used, max }) => `${number.format(used)} of ${number.format(max)} tokens`,
  maxTurns: ({ used, max }) => `${number.format(used)} of ${number.format(max)} turns`,
  maxMinutes: ({ used, max }) => `${number.format(used)} of ${number.format(max)} minutes`,
};

/** Such as `$0.83 of $1.00 (83 %)`. */
export const describeLimit = (state: LimitState): string => `${words[state.limit](state)} (${percentOf(state)} %)`;
