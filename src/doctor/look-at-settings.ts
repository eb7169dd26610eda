import { bad, good, note, type Finding } from './finding.ts';

/**
 * @param problems - what stops a start, a sentence each
 * @param warnings - what has no effect, a sentence each
 */
export const lookAtSettings = (problems: readonly string[], warnings: readonly string[], where: string): Finding[] => {
  const wrong = problems.map((problem) => bad('settings', `${problem}.`, 'The daemon does not start so: correct or remove it.'));
  const idle = warnings.map((warning) =>
    note('settings', warning, 'Remove it from the environment, or give it the name of a setting: the README lists them.'),
  );
  return wrong.length + idle.length === 0 ? [good('settings', `all have an effect (${where})`)] : [...wrong, ...idle];
};
