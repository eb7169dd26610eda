import { nameSome } from '../../domain/names/name-some.ts';
import { quoteName } from '../../domain/names/quote-name.ts';
import { MakimaError } from '../../errors.ts';
import { capitalized, operationUnderWay } from '../repository/index.ts';
import { findObstacles, isAt } from './checkout-obstacles.ts';
import { listCheckouts, type Checkout } from './checkouts.ts';
import type { TargetRepository } from './target-repository.ts';

/** A branch of a user's repository that moves forward, or is made. */
export interface Advance {
  branch: string;
  /** Where it is, null where it is to be made. */
  from: string | null;
  to: string;
}

/** A checkout that goes with its branch. */
export interface CheckoutAdvance {
  checkout: Checkout;
  branch: string;
  from: string;
  to: string;
  /** Index and files are there already: an earlier attempt was cut off before it moved the branch. */
  isDone: boolean;
}

const maxNamed = 20;

const listed = (files: readonly string[]): string => nameSome(files.map(quoteName), maxNamed);

/**
 * Holds the branches against every checkout of the repository. A branch that is checked out can move only where that
 * checkout is clean and nothing stands where a file would be written. Nothing is touched. The repository has the objects
 * of the new commits already.
 *
 * @returns the checkouts that have to go with their branches
 * @throws MakimaError CHECKOUT_NOT_CLEAN, with `files` and `checkout`; CHECKOUT_BUSY
 */
export const planCheckouts = async (
  target: TargetRepository,
  advances: readonly Advance[],
  signal?: AbortSignal,
): Promise<CheckoutAdvance[]> => {
  const planned: CheckoutAdvance[] = [];
  const checkouts = await listCheckouts(target, signal);
  for (const { branch, from, to } of advances) {
    if (from === to) continue;
    const holder = checkouts.find(({ held }) => held.some((each) => each.branch === branch));
    const operation = holder?.held.find((each) => each.branch === branch)?.operation;
    if (holder && operation !== undefined)
      throw new MakimaError('CHECKOUT_BUSY', `A ${operation} of ${branch} is under way in ${holder.described}`);
    const having = checkouts.filter((each) => each.branch === branch);
    const [checkout] = having;
    if (!checkout) continue;
    if (having.length > 1)
      throw new MakimaError('CHECKOUT_BUSY', `${branch} is checked out in ${having.map(({ described }) => described).join(' and in ')}`);
    if (checkout.path === null)
      throw new MakimaError(
        'CHECKOUT_BUSY',
        `${branch} is checked out in ${checkout.described}, which is not there: \`git worktree prune\` forgets it`,
      );
    const busy = await operationUnderWay(checkout.gitDir);
    if (busy !== null)
      throw new MakimaError('CHECKOUT_BUSY', `${capitalized(busy)} is under way in ${checkout.described}, where ${branch} is checked out`);
    // of an empty repository's first branch: nothing is committed yet
    if (from === null) throw new MakimaError('CHECKOUT_BUSY', `${branch} is checked out in ${checkout.described} and has no commit yet`);
    const isDone = await isAt(checkout, to, signal);
    if (!isDone) await requireClean(checkout, branch, from, to, signal);
    planned.push({ checkout, branch, from, to, isDone });
  }
  return planned;
};

const requireClean = async (checkout: Checkout, branch: string, from: string, to: string, signal?: AbortSignal): Promise<void> => {
  const { uncommitted, inTheWay } = await findObstacles(checkout, from, to, signal);
  if (uncommitted.length === 0 && inTheWay.length === 0) return;
  const reasons = [
    ...(uncommitted.length > 0 ? [`these are not committed: ${listed(uncommitted)}`] : []),
    ...(inTheWay.length > 0 ? [`these, which git does not track, stand in the way: ${listed(inTheWay)}`] : []),
  ];
  throw new MakimaError('CHECKOUT_NOT_CLEAN', `${branch} is checked out in ${checkout.described}, where ${reasons.join('; and ')}`, {
    details: { checkout: checkout.described, files: [...uncommitted, ...inTheWay] },
  });
};
