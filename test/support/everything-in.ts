import { existsSync, readdirSync } from 'node:fs';

/** Every path below a directory, none where there is no such directory. What others remove meanwhile is no failure: it is looked again. */
export const everythingIn = (root: string): string[] => {
  while (existsSync(root)) {
    try {
      return readdirSync(root, { recursive: true, encoding: 'utf8' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return [];
};
