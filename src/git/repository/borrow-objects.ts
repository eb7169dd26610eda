import path from 'node:path';

/**
 * The environment of a command that has to see the objects of other repositories too, and writes none. A list with colons
 * between, in which a path may stand in quotes (git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES).
 */
export const borrowing = (gitDirs: readonly string[]): Record<string, string> => ({
  GIT_ALTERNATE_OBJECT_DIRECTORIES: gitDirs.map((gitDir) => `"${path.join(gitDir, 'objects').replace(/["\\]/g, '\\$&')}"`).join(':'),
});
