import { setImmediate as othersAsk } from 'node:timers/promises';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** A read waits for the connection: without a bound it would wait for thousands. */
const maxTogether = 100;

type Write = <T>(work: (trx: Transaction<Tables>) => Promise<T>) => Promise<T>;

/** Work that was asked for, and what it has come to. */
interface Asked {
  work: (trx: Transaction<Tables>) => Promise<void>;
  committed: () => void;
  failed: (error: unknown) => void;
}

/**
 * Commits what waits for the connection at the same time as one transaction, so that it is one sync of the disk: of a hundred
 * tasks that start at once each has some ten changes to make. To each it is a transaction of its own: a savepoint takes back
 * what fails alone, they do not interleave, and nobody hears how theirs went before all of it is on the disk, since by then it may
 * have been decided by what another of them wrote.
 * @param isOfTheDatabase - whether an error means that the transaction as a whole is lost, as on a full disk. Nothing of it has
 *   happened then, for anybody
 */
export const commitTogether = (db: Kysely<Tables>, isOfTheDatabase: (error: unknown) => boolean): Write => {
  let waiting: Asked[] = [];
  let isUnderWay = false;

  const take = (): Asked[] => {
    const taken = waiting.slice(0, maxTogether);
    waiting = waiting.slice(maxTogether);
    return taken;
  };

  /** @returns its error, which the others have nothing to do with; undefined where there is none */
  const runAlone = async (trx: Transaction<Tables>, { work }: Asked): Promise<{ error: unknown } | undefined> => {
    await sql`savepoint own`.execute(trx);
    let failure: { error: unknown } | undefined;
    try {
      await work(trx);
    } catch (error) {
      if (isOfTheDatabase(error)) throw error;
      failure = { error };
      await sql`rollback to savepoint own`.execute(trx);
    }
    await sql`release savepoint own`.execute(trx);
    return failure;
  };

  const commit = async (): Promise<void> => {
    let group: Asked[] = [];
    const failures = new Map<Asked, { error: unknown }>();
    try {
      await db.transaction().execute(async (trx) => {
        // Who came while the connection was busy comes along.
        group = take();
        const [only, ...others] = group;
        if (only !== undefined && others.length === 0) {
          await only.work(trx);
          return;
        }
        for (const each of group) {
          const failure = await runAlone(trx, each);
          if (failure) failures.set(each, failure);
        }
      });
    } catch (error) {
      for (const each of group.length > 0 ? group : take()) each.failed(error);
      return;
    }
    for (const each of group) {
      const failure = failures.get(each);
      if (failure) each.failed(failure.error);
      else each.committed();
    }
  };

  const commitAll = async (): Promise<void> => {
    isUnderWay = true;
    while (waiting.length > 0) {
      // Those who heard of the last commit, and requests that have come in, get to ask for theirs: a commit stops everything for a sync.
      await othersAsk();
      await commit();
    }
    isUnderWay = false;
  };

  return (work) =>
    new Promise((resolve, reject) => {
      let outcome: (() => void) | null = null;
      waiting.push({
        async work(trx) {
          const result = await work(trx);
          outcome = () => resolve(result);
        },
        committed: () => outcome?.(),
        failed: reject,
      });
      if (!isUnderWay) void commitAll();
    });
};
