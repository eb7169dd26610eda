import { MakimaError } from '../../errors.ts';
import { git } from './git-command.ts';

/**
 * Whether a name is nothing that git reads otherwise where a branch is named: an option, another branch (`@{-1}`). `HEAD` as a
 * branch is refused by git since 2.16.
 */
export const couldBeBranch = (name: string): boolean =>
  name !== '' && name.length <= 1000 && !name.startsWith('-') && !name.includes('@{') && !name.includes('\0') && name !== 'HEAD';

/**
 * @param name - a branch name from outside
 * @throws MakimaError INVALID_REF where `git check-ref-format --branch` refuses it, or it could be read as an option
 */
export const checkBranchName = async (name: string): Promise<void> => {
  const shown = JSON.stringify(name.slice(0, 200));
  if (!couldBeBranch(name)) throw new MakimaError('INVALID_REF', `${shown} is no valid branch name`);
  const { exitCode } = await git(['check-ref-format', `refs/heads/${name}`], { answers: [1, 128] });
  if (exitCode !== 0) throw new MakimaError('INVALID_REF', `${shown} is no valid branch name`);
};
