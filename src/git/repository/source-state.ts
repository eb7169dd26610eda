import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../files/failure.ts';
import { git } from '../command/index.ts';
import { symbolicBranch, type LocalRepository } from './local-repository.ts';
import type { SourceFacts, SourceHeads } from './source-facts.ts';

/** How a source on this machine stands, for as long as its text is the same. */
export interface SourceState extends SourceHeads {
  text: string;
}

/** Looks at every ref of a source, what its HEAD and origin/HEAD name, and where its history ends: three commands side by side. */
export const stateOf = async ({ gitDir, commonDir }: LocalRepository, signal?: AbortSignal): Promise<SourceState> => {
  const [refs, head, originHead, shallow] = await Promise.all([
    git(['show-ref', '--head', '--dereference'], { gitDir, commonDir, signal, answers: [1] }),
    symbolicBranch(gitDir, 'HEAD', signal),
    symbolicBranch(gitDir, 'refs/remotes/origin/HEAD', signal),
    readFile(path.join(commonDir, 'shallow'), 'latin1').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    }),
  ]);
  return { head, originHead, text: [refs.stdout.toString('latin1'), head ?? '', originHead ?? '', shallow].join('\0') };
};

/** Beyond so many sources the oldest is forgotten, and fetched once more when it is used again. */
const maxRemembered = 100;

/** What was read of a cache, and how its source stood right before it was fetched: a source that stands so still has nothing new. */
const remembered = new Map<string, { state: string; facts: SourceFacts }>();

export const rememberFacts = (cacheDir: string, state: string, facts: SourceFacts): void => {
  remembered.delete(cacheDir);
  remembered.set(cacheDir, { state, facts });
  const [oldest] = remembered.keys();
  if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest);
};

/** @returns null where the source has changed since, or was not fetched by this process */
export const factsAt = (cacheDir: string, state: string): SourceFacts | null => {
  const known = remembered.get(cacheDir);
  return known?.state === state ? known.facts : null;
};
