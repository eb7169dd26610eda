import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../files/failure.ts';
import { followRunFile } from '../process/follow-file.ts';
import { isOfOtherHome, readHandle } from '../process/handle.ts';
import { removeRunDirectory, runPaths } from '../process/run-directory.ts';
import { sweepRun } from '../process/sweep.ts';
import type { RunContext } from './context.ts';

type Parts = Pick<RunContext, 'homeId' | 'store' | 'log' | 'ledger' | 'directories' | 'report'>;

/** What an agent wrote that its task's log does not have yet, where the log knows the run. */
const logRest = async (context: Parts, runId: string, directory: string): Promise<void> => {
  for (const { taskId } of context.log.sizes()) {
    const position = context.log.position(taskId);
    if (position?.run !== runId) continue;
    const follower = followRunFile({
      path: runPaths(directory).out,
      from: position.out,
      onPieces: (pieces) => {
        const events = pieces.map(({ text, partial }) => ({
          type: 'output' as const,
          stream: 'stdout' as const,
          content: text,
          ...(partial && { partial: true as const }),
        }));
        context.ledger.append(taskId, events, { run: runId, out: pieces.at(-1)?.end ?? position.out, err: position.err });
        return Promise.resolve();
      },
    });
    follower.finish();
    await follower.done;
  }
};

const endUnknown = async (context: Parts, runId: string): Promise<void> => {
  const run = await context.store.getRun(runId);
  if (run !== null && run.state !== 'ended') return;
  const directory = join(context.directories.runs, runId);
  const handle = await readHandle(directory);
  if (!isOfOtherHome(handle, context.homeId)) await sweepRun(runId, handle);
  if (run === null) await logRest(context, runId, directory);
  await removeRunDirectory(directory);
};

/**
 * Ends runs of which the store knows nothing, as it does after its file was lost: nobody could stop their agents or hear
 * of their end. What they wrote goes into the log first.
 */
export const endUnknownRuns = async (context: Parts): Promise<void> => {
  const names = await readdir(context.directories.runs).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const known = new Set((await context.store.activeRuns()).map(({ runId }) => runId));
  for (const runId of names) {
    if (known.has(runId)) continue;
    try {
      await endUnknown(context, runId);
    } catch (error) {
      // What cannot be read is left lying, and holds up nobody.
      context.report(`ending run ${runId}, of which the store knows nothing`, error);
    }
  }
};
