import path from 'node:path';

/** Where git data of makima's is. */
export interface Places {
  /** A bare repository for each source, in which no agent works. */
  caches: string;
  /** A git directory for each task. */
  repositories: string;
  /** Those of deleted tasks, with all that their agents made. */
  kept: string;
  worktrees: string;
}

/** A task's git directory. */
export const repositoryOf = ({ repositories }: Places, taskId: string): string => path.join(repositories, `${taskId}.git`);

/** The task that a name in `repositories` belongs to; null for another's, such as a repository that tasks of makima 0.1 share. */
export const taskOfRepository = (name: string): string | null => /^([0-9a-f]{8}-[0-9a-f-]{27})\.git$/.exec(name)?.[1] ?? null;
