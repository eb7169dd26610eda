import { MakimaError } from '../../errors.ts';
import { git } from './git-command.ts';

/**
 * @param name - a branch name from outside
 * @throws MakimaError INVALID_REF where `git check-ref-format --branch` refuses it, or it could be read as an option
 */
export const checkBranchName = async (name: string): Promise<void> => {
  const shown = JSON.stringify(name.slice(0, 200));
  // `--branch` also expands `@{-1}`, which names another branch; `HEAD` as a branch is refused by git since 2.16
  if (name === '' || name.length > 1000 || name.startsWith('-') || name.includes('@{') || name.includes('\0') || name === 'HEAD') {
    throw new MakimaError('INVALID_REF', `${shown} is no valid branch name`);
  }
  const { exitCode } = await git(['check-ref-format', `refs/heads/${name}`], { answers: [1, 128] });
  if (exitCode !== 0) throw new MakimaError('INVALID_REF', `${shown} is no valid branch name`);
};
