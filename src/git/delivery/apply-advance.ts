import { rm } from 'node:fs/promises';
import { MakimaError } from '../../errors.ts';
import { joinBytes } from '../../files/relative-path.ts';
import { git, gitErrorKind, splitNul, whileLocked } from '../command/index.ts';
import { symbolicBranch } from '../repository/index.ts';
import { checkoutPlace, findObstacles } from './checkout-obstacles.ts';
import type { Advance, CheckoutAdvance } from './plan-advance.ts';
import type { TargetRepository } from './target-repository.ts';

/**
 * Moves branches forward, with the checkouts that have them. The order is that of git's own fast-forward: files and index
 * first, by one `git read-tree -m -u`, which looks at everything before it writes anything and holds `index.lock`; then all
 * branches in one transaction, each only from where it was found. A crash between the two leaves the new files staged and
 * the branch where it was, which loses nothing, and which a repeat recognizes and finishes. The other order would leave a
 * branch whose checkout looks as if somebody had reverted the work, ready to be committed so.
 *
 * @param reason - for the branches' logs
 * @param identity - the committer's, for the same
 * @throws MakimaError COMPLETION_FAILED where a branch or a checkout changed meanwhile; REPOSITORY_BUSY, DISK_FULL, GIT_FAILED.
 *   What was begun is then undone
 */
export const applyAdvance = async (
  target: TargetRepository,
  advances: readonly Advance[],
  checkouts: readonly CheckoutAdvance[],
  reason: string,
  identity: Record<string, string>,
): Promise<void> => {
  const moved: CheckoutAdvance[] = [];
  try {
    for (const each of checkouts) {
      if (!each.isDone) await moveFiles(each.checkout, each.from, each.to);
      moved.push(each);
      // the user may have changed branches in the very moment
      if ((await symbolicBranch(each.checkout.gitDir, 'HEAD')) !== each.branch)
        throw new MakimaError('COMPLETION_FAILED', `${each.checkout.described} went to another branch meanwhile; nothing was changed`);
    }
    await moveBranches(target, advances, reason, identity);
  } catch (error) {
    for (const { checkout, from, to, isDone } of moved.toReversed()) if (!isDone) await moveFiles(checkout, to, from);
    throw error;
  }
};

const moveFiles = async (checkout: CheckoutAdvance['checkout'], from: string, to: string): Promise<void> => {
  const place = checkoutPlace(checkout);
  await whileLocked(() => git(['update-index', '--refresh', '--ignore-submodules'], { ...place, answers: [1] }));
  try {
    await whileLocked(() => git(['read-tree', '-m', '-u', from, to], place));
  } catch (error) {
    if (gitErrorKind(error) !== 'locked') await putBack(checkout, from, to);
    throw error;
  }
};

/** A disk that filled up halfway: the checkout was clean, so what differs now and was to be written is ours. */
const putBack = async (checkout: CheckoutAdvance['checkout'], from: string, to: string): Promise<void> => {
  const place = checkoutPlace(checkout);
  const names = async (filter: string): Promise<Buffer[]> =>
    splitNul((await git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', `--diff-filter=${filter}`, from, to], place)).stdout);
  const { stdout } = await git(['diff-files', '-z', '--name-only', '--ignore-submodules'], place);
  const changed = new Set(splitNul(stdout).map((name) => name.toString('latin1')));
  const touched = (await names('MDT')).filter((name) => changed.has(name.toString('latin1')));
  if (touched.length === 0 && (await findObstacles(checkout, from, to)).inTheWay.length === 0) return;
  for (const name of await names('A')) {
    // only what has the very content that was to be written
    const written = await git(['hash-object', '--', name.toString('utf8')], { ...place, cwd: place.workTree, answers: [1, 128] });
    const wanted = await git(['rev-parse', '--verify', '--quiet', `${to}:${name.toString('utf8')}`], { ...place, answers: [1, 128] });
    if (written.exitCode === 0 && written.stdout.equals(wanted.stdout))
      await rm(joinBytes(checkout.path ?? checkout.described, name), { force: true });
  }
  if (touched.length > 0)
    await git(['checkout-index', '--force', '-z', '--stdin'], {
      ...place,
      input: Buffer.concat(touched.flatMap((name) => [name, Buffer.from('\0')])),
    });
};

const moveBranches = async (
  target: TargetRepository,
  advances: readonly Advance[],
  reason: string,
  identity: Record<string, string>,
): Promise<void> => {
  const lines = advances
    .filter(({ from, to }) => from !== to)
    .map(({ branch, from, to }) =>
      from === null ? `create refs/heads/${branch}\0${to}\0` : `update refs/heads/${branch}\0${to}\0${from}\0`,
    );
  if (lines.length === 0) return;
  try {
    await whileLocked(() =>
      git(['update-ref', '-m', reason, '-z', '--stdin'], { gitDir: target.commonDir, env: identity, input: lines.join('') }),
    );
  } catch (error) {
    if (gitErrorKind(error) !== 'ref-conflict') throw error;
    throw new MakimaError(
      'COMPLETION_FAILED',
      `${advances.map(({ branch }) => branch).join(' or ')} moved while the action ran; nothing was changed`,
      { cause: error },
    );
  }
};
