import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Kills the agent of a run as the system does: the wrapper's child that is no shell of the wrapper's. */
export const killAgent = (runDirectory: string): void => {
  const { pid } = JSON.parse(readFileSync(join(runDirectory, 'handle.json'), 'utf8')) as { pid: number };
  const agent = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .find((fields) => fields?.[2] === String(pid) && fields[3]?.includes('wrapper.sh') === false);
  if (agent?.[1] === undefined) throw new Error('the run has no agent');
  process.kill(Number(agent[1]), 'SIGKILL');
};
