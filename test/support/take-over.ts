import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Task } from '../../schemas/task.ts';
import { git, scratch, startDaemon, userRepository, write, type TestDaemon } from './daemon.ts';
import type { OldHome } from './old-home.ts';

/** Commits, what is changed, deleted, new, ignored, and staged otherwise than it is; and what git says of that. */
export const allKinds =
  'echo c > committed; git add committed; git commit -qm c; echo u >> README.md; rm gone.txt; echo n > new; chmod 755 new; ln -s new link; echo i > ignored; echo 1 > staged; git add staged; echo 2 > staged';
export const statusOfAllKinds = [' D gone.txt', ' M README.md', '!! .makima/', '!! ignored', '?? link', '?? new', 'AM staged'];

/** A repository of a user's in which all of that can happen. */
export const source = (t: Test): string => userRepository(t, { 'README.md': 'hello\n', 'gone.txt': 'old\n', '.gitignore': 'ignored\n' });

/** Where git finds who the agents are, for all daemons of a test. */
export const ownUser = (t: Test): void => {
  const userHome = scratch(t);
  write(userHome, { '.gitconfig': '[user]\n\tname = A\n\temail = a@example.com\n' });
  process.env['HOME'] = userHome;
};

/** The daemon that takes the home over. */
export const takeOver = (t: Test, { home }: OldHome): Promise<TestDaemon> => startDaemon(t, 'runs-plan', { MAKIMA_HOME: home });

/** A new task, to its end. @param plan - in sh */
export const ranTo = async (t: Test, daemon: TestDaemon, status: string, plan: string, more: Record<string, unknown>): Promise<Task> => {
  const task = await daemon.ended((await daemon.start({ plan: `RUN: ${plan}`, ...more })).id);
  t.equal(task.status, status, task.errorMessage ?? status);
  return task;
};

type Place = Pick<Task, 'overlayPath'>;
export const pathOf = ({ overlayPath }: Place): string => overlayPath ?? '';
export const file = (task: Place, name: string): string => readFileSync(join(pathOf(task), name), 'utf8');
export const has = (task: Place, name: string): boolean => existsSync(join(pathOf(task), name));
export const status = (task: Place): string[] => git(pathOf(task), 'status', '--short', '--ignored').split('\n').sort();
