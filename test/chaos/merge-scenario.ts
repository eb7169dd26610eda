/** A parent that merges two subtasks, of which the second conflicts, while the daemon dies again and again. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MergeCheck, MergeStatus } from '../../schemas/merge.ts';
import type { Task } from '../../schemas/task.ts';
import { fingerprint, git } from '../support/daemon.ts';
import { finish, make, nothingSeen, perhaps, taskOf, toTheEnd, type Stage } from './stage.ts';
import { followToEnd, wordsOf } from './witness.ts';

const shared = (first: string): string => `${[first, 'a', 'b', 'c', 'd', 'e', 'f', 'g'].join('\n')}\n`;

/** A merge, asked for until it is known what came of it: committed, or left open with its conflicts. */
export const mergeIn = async (stage: Pick<Stage, 'daemon' | 'wrong'>, parent: Task, subtask: Task): Promise<'committed' | 'open'> => {
  for (;;) {
    const answer = await perhaps(
      stage.daemon.call<{ code?: string }>('POST', `/tasks/${parent.id}/merge`, { body: { subtaskId: subtask.id } }),
    );
    if (answer?.status === 200) return 'committed';
    const code = answer?.body.code ?? 'none';
    const { body } = await stage.daemon.call<MergeStatus>('GET', `/tasks/${parent.id}/merge`);
    if (body.inProgress && body.subtaskId === subtask.id) return 'open';
    // A merge that nobody heard the end of was taken back, or is through: asking again says which.
    if (answer !== null && !['MERGE_IN_PROGRESS', 'REPOSITORY_BUSY'].includes(code))
      stage.wrong(`task ${parent.id}: a merge was refused: ${JSON.stringify(answer.body)}`);
  }
};

/** Ends an open merge; a call that nobody heard the answer of is asked for again until there is no merge any more. */
const conclude = async (stage: Stage, parent: Task, how: 'commit' | 'abort'): Promise<void> => {
  for (;;) {
    const answer = await perhaps(stage.daemon.call('POST', `/tasks/${parent.id}/merge/${how}`, { body: {} }));
    if (answer?.status === 200) return;
    if (answer !== null) stage.wrong(`task ${parent.id}: ${how} was refused: ${JSON.stringify(answer.body)}`);
    const { body } = await stage.daemon.call<MergeStatus>('GET', `/tasks/${parent.id}/merge`);
    if (!body.inProgress) return;
  }
};

/** Everything that a worktree holds and what git says of it. */
const stateOf = (worktree: string): string =>
  JSON.stringify([
    fingerprint(worktree, { without: ['.git', '.makima'] }),
    git(worktree, 'rev-parse', 'HEAD'),
    git(worktree, 'symbolic-ref', 'HEAD'),
    git(worktree, 'diff', '--cached', 'HEAD'),
    git(worktree, 'status', '--porcelain'),
  ]);

const read = (worktree: string, name: string): string => readFileSync(join(worktree, name), 'utf8');

export const mergeTwo = async (stage: Stage): Promise<string> => {
  const { daemon, wrong } = stage;
  const parent = await make(stage, { name: 'forever', isOrchestrator: true, plan: 'wait', repositoryUrl: stage.repository });
  const seen = nothingSeen();
  await followToEnd(daemon, parent.id, seen, (event) => wordsOf([event]).length > 0 || event.type === 'end');
  const subtasks = [];
  for (const who of ['first', 'second']) {
    const plan = `RUN: printf '${shared(who).replaceAll('\n', '\\n')}' > README.md; echo ${who} > ${who}; mkdir -p parts; echo ${who} > parts/${who}`;
    // A subtask works in its parent's repository.
    const subtask = await make(stage, { name: 'runs-plan', plan, parentTaskId: parent.id, repositoryUrl: undefined });
    subtasks.push(await finish(stage, subtask.id, nothingSeen(), { status: 'done', starts: 1, lines: null }));
  }
  const [first, second] = subtasks;
  const worktree = (await taskOf(stage, parent.id)).overlayPath;
  if (first === undefined || second === undefined || worktree === null) throw new Error(`task ${parent.id} has no worktree`);
  // What the parent has not committed: of its own, and staged.
  writeFileSync(join(worktree, 'own'), 'own\n');
  writeFileSync(join(worktree, 'staged'), 'staged\n');
  git(worktree, 'add', 'staged');

  if ((await mergeIn(stage, parent, first)) !== 'committed') wrong(`task ${parent.id}: the first merge conflicts`);
  const status = git(worktree, 'status', '--porcelain');
  if (status !== 'A  staged\n?? own')
    wrong(`task ${parent.id}: after a merge that had nothing to do with it, the parent's own work stands as ${JSON.stringify(status)}`);
  const between = stateOf(worktree);
  for (const how of ['abort', 'commit'] as const) {
    if ((await mergeIn(stage, parent, second)) !== 'open') wrong(`task ${parent.id}: the second merge did not conflict`);
    const resolved = await daemon.call<MergeStatus>('POST', `/tasks/${parent.id}/merge/resolve`, {
      body: { file: 'README.md', strategy: 'theirs' },
      repeat: true,
    });
    if (resolved.status !== 200 || resolved.body.conflictedFiles.length > 0)
      wrong(`task ${parent.id}: the conflict was not resolved: ${JSON.stringify(resolved.body)}`);
    await conclude(stage, parent, how);
    if (existsSync(git(worktree, 'rev-parse', '--path-format=absolute', '--git-path', 'index.lock')))
      wrong(`task ${parent.id}: after ${how} the index is locked, by a daemon that is dead`);
    const now = stateOf(worktree);
    if (how === 'abort' && now !== between) wrong(`task ${parent.id}: abort gave back ${now} and not ${between}`);
  }

  const holds = {
    'README.md': shared('second'),
    first: 'first\n',
    second: 'second\n',
    'parts/first': 'first\n',
    'parts/second': 'second\n',
    own: 'own\n',
    staged: 'staged\n',
  };
  for (const [name, content] of Object.entries(holds))
    if (read(worktree, name) !== content) wrong(`task ${parent.id}: ${name} holds ${JSON.stringify(read(worktree, name))}`);
  const { body: check } = await daemon.call<MergeCheck>('GET', `/tasks/${parent.id}/merge/check`);
  if (!check.canComplete || check.mergedCount !== 2) wrong(`task ${parent.id}: the check says ${JSON.stringify(check)}`);
  if (/merging|unmerged/i.test(git(worktree, 'status'))) wrong(`task ${parent.id}: git says that a merge is under way`);
  const left = git(worktree, 'status', '--porcelain');
  if (left !== '') wrong(`task ${parent.id}: after a merge in which the parent's own work took part, this is not committed: ${left}`);
  const merges = git(worktree, 'log', '--merges', '--format=%s').split('\n');
  if (merges.length !== 2) wrong(`task ${parent.id}: its merges are ${merges.join(', ')}, and not one of each subtask`);

  await daemon.call('POST', `/tasks/${parent.id}/stop`, { body: {}, repeat: true });
  await toTheEnd(stage, parent.id, seen, { status: 'interrupted', starts: 1, lines: null });
  const actions = seen.events.flatMap((event) => (event.type === 'merge' ? [`${event.action} ${event.subtaskId}`] : []));
  for (const { id } of subtasks) {
    const last = actions.findLast((action) => action.endsWith(id));
    if (last !== `committed ${id}`) wrong(`task ${parent.id}: the last event of the merge of ${id} is ${last ?? 'none'}`);
  }
  return parent.id;
};
