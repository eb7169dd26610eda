import type { ReviewTask } from '../../schemas/review.ts';
import { quoteName } from '../domain/names/quote-name.ts';
import { hasLine, linesOf, reviewText, type Quoted, type Remark } from '../domain/review-text.ts';
import { isTerminal } from '../domain/status-machine.ts';
import { errorTable } from '../error-table.ts';
import { MakimaError } from '../errors.ts';
import { checkRelativePath } from '../files/relative-path.ts';
import { contentsAt, snapshotTree } from '../git/snapshot/index.ts';
import type { Worktree } from '../git/worktree/index.ts';
import { bringWorktreeBack } from '../ledger/bring-worktree-back.ts';
import { requireWorktree } from '../ledger/worktree-of.ts';
import { requireTask, type Caller } from './access.ts';
import { queueTask } from './life/queue-task.ts';
import type { Needs } from './parts.ts';
import { tellTask, type Telling } from './tell-task.ts';

/** What one message takes. */
const maxLength = 1_000_000;

type Comment = ReviewTask['comments'][number];

const misplaced = (index: number, { path, line }: Comment, why: string): MakimaError =>
  new MakimaError('COMMENT_MISPLACED', `Comment ${index + 1}, of ${quoteName(path.slice(0, 200))} line ${line}: ${why}`, {
    details: { comment: index, path, line },
  });

const pathOf = (comment: Comment, index: number): string => {
  try {
    return checkRelativePath(comment.path);
  } catch (error) {
    if (error instanceof MakimaError) throw misplaced(index, comment, error.message.replace(`. ${errorTable.INVALID_PATH.remedy}.`, ''));
    throw error;
  }
};

/** The files that comments stand at. @throws MakimaError COMMENT_MISPLACED, WORKTREE_NOT_FOUND, GIT_FAILED */
const placed = async (worktree: Worktree, comments: readonly Comment[]): Promise<{ remark: Remark; file: Quoted }[]> => {
  const paths = comments.map(pathOf);
  const { baseCommit } = worktree;
  const tree = await snapshotTree(worktree);
  const trees = { old: [baseCommit], new: [tree], either: [tree, baseCommit] };
  const files = await contentsAt(
    worktree,
    comments.map(({ side }, index) => ({ path: paths[index] ?? '', trees: trees[side ?? 'either'] })),
  );
  return comments.map((comment, index) => {
    const found = files[index] ?? null;
    const where = comment.side === 'old' ? 'at the base commit' : 'in the worktree';
    if (found === null) throw misplaced(index, comment, `there is no such file ${where}`);
    const file = linesOf(found.content);
    if (!hasLine(file, comment.line))
      throw misplaced(index, comment, `the file has ${file.length} ${file.length === 1 ? 'line' : 'lines'} ${where}`);
    const isOld = comment.side === 'old' || (comment.side === undefined && found.tree === baseCommit);
    return { remark: { path: comment.path, line: comment.line, side: isOld ? 'old' : 'new', text: comment.text }, file };
  });
};

/**
 * Tells the agent of a task what somebody has to say of its diff, as one message with the lines that are meant. A task that has ended goes
 * on for it: with its agent's session, or from its plan where it has none.
 * @returns whether the agent has it already; else it has it when that fits
 * @throws MakimaError TASK_NOT_FOUND, FORBIDDEN, WORKTREE_NOT_FOUND, VALIDATION_FAILED, COMMENT_MISPLACED, and what tellTask throws
 */
export const reviewTask = async (
  parts: Telling & Needs<'directories'>,
  caller: Caller,
  taskId: string,
  { comments, summary = '' }: ReviewTask,
): Promise<{ id: string; delivered: boolean }> => {
  const task = await requireTask(parts, caller, taskId, 'command');
  if (comments.length === 0 && summary.trim() === '')
    throw new MakimaError('VALIDATION_FAILED', 'A review has comments, or a summary, or both');
  // its agent is to work there again
  const back = await bringWorktreeBack(parts, task.id);
  const worktree = back?.worktree ?? (await requireWorktree(parts, task.id));
  const text = reviewText(await placed(worktree, comments), {
    summary: summary.trim() === '' ? null : summary,
    baseCommit: worktree.baseCommit,
  });
  if (text.length > maxLength)
    throw new MakimaError(
      'VALIDATION_FAILED',
      `With the lines that it quotes, the review has ${text.length} characters, and a message can have ${maxLength}: send it in parts`,
    );
  if (!isTerminal(task.status) || task.sessionId !== null) return tellTask(parts, caller, task, { kind: 'review', text, resume: true });
  const id = parts.newId();
  await queueTask(parts, caller, task, { resume: false, message: { id, kind: 'review', text } });
  return { id, delivered: false };
};
