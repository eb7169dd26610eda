import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { processKeeper } from '../process/own-cgroup.ts';
import { good, note, type Finding } from './finding.ts';

/** How the processes of a run are held together here. */
const lookAtProcesses = (): Finding =>
  processKeeper() === 'cgroup'
    ? good('processes', 'each run gets a cgroup of its own')
    : note(
        'processes',
        'No cgroups can be made here, so a process that hides on purpose may outlive its run.',
        'The units in packaging/systemd bring them (Delegate=yes); on a Mac and in most containers there are none.',
      );

/** Where systemd ends what a user has left running when the last session ends: a login over ssh that is closed takes the daemon and all agents along. */
const lookAtLingering = (): Finding[] => {
  const { username, uid } = userInfo();
  if (!existsSync('/run/systemd/system') || uid === 0) return [];
  if (existsSync(join('/var/lib/systemd/linger', username))) return [good('lingering', `it is on for ${username}`)];
  return [
    note(
      'lingering',
      'It is off: a service of yours ends when you log out, and where systemd kills the processes of users who have left, so do the daemon and its agents.',
      'Run `loginctl enable-linger`.',
    ),
  ];
};

export const lookAtSystem = (): Finding[] => [lookAtProcesses(), ...(process.platform === 'linux' ? lookAtLingering() : [])];
