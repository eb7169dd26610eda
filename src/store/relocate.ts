import type { Transaction } from 'kysely';
import { relocated, relocatedJson, relocatedRecord, relocatedWorktree, type Relocation } from '../domain/relocation.ts';
import type { Session, Tables } from './tables.ts';

const orNull = (path: string | null, move: (path: string) => string): string | null => (path === null ? null : move(path));

/** Every column that holds a path, or JSON with paths in it. A test holds it against the columns that there are. */
const relocateRows = async (trx: Transaction<Tables>, relocation: Relocation): Promise<void> => {
  const move = (path: string): string => relocated(relocation, path);
  for (const { seq, overlayPath, repositoryUrl, targetRepoPath } of await trx
    .selectFrom('tasks')
    .select(['seq', 'overlayPath', 'repositoryUrl', 'targetRepoPath'])
    .execute()) {
    const row = {
      overlayPath: orNull(overlayPath, (path) => relocatedWorktree(relocation, path)),
      repositoryUrl: orNull(repositoryUrl, move),
      targetRepoPath: orNull(targetRepoPath, move),
    };
    await trx.updateTable('tasks').set(row).where('seq', '=', seq).execute();
  }
  for (const { seq, directory } of await trx.selectFrom('runs').select(['seq', 'directory']).execute()) {
    await trx
      .updateTable('runs')
      .set({ directory: move(directory) })
      .where('seq', '=', seq)
      .execute();
  }
  for (const { seq, record, repositoryDir } of await trx.selectFrom('worktrees').select(['seq', 'record', 'repositoryDir']).execute()) {
    const row = { record: JSON.stringify(relocatedRecord(relocation, JSON.parse(record))), repositoryDir: move(repositoryDir) };
    await trx.updateTable('worktrees').set(row).where('seq', '=', seq).execute();
  }
  for (const { seq, record } of await trx.selectFrom('open_merges').select(['seq', 'record']).execute()) {
    await trx
      .updateTable('open_merges')
      .set({ record: JSON.stringify(relocatedJson(relocation, JSON.parse(record))) })
      .where('seq', '=', seq)
      .execute();
  }
};

/** Makes every path in the store that lay in the home's old place lie in its new one. One transaction; can be repeated. */
export const relocate =
  ({ write, tasks }: Session) =>
  (relocation: Relocation): Promise<void> =>
    write(async (trx) => {
      tasks.begin();
      await relocateRows(trx, relocation);
      // What was to be told, the original tells.
      if (relocation.isCopy) await trx.deleteFrom('deliveries').execute();
      tasks.forgetAll();
    });
