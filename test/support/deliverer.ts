import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const linesOf = (command: string, ...args: string[]): string[] => execFileSync(command, args, { encoding: 'utf8' }).trim().split('\n');

/** The process that hands a run's stored messages to its agent: the wrapper's child that is the wrapper's own shell. */
export const delivererOf = (runDirectory: string): number => {
  const { pid } = JSON.parse(readFileSync(join(runDirectory, 'handle.json'), 'utf8')) as { pid: number };
  const child = linesOf('ps', '-A', '-o', 'pid=,ppid=,args=')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .find((fields) => fields?.[2] === String(pid) && fields[3]?.includes('wrapper.sh'));
  if (child?.[1] === undefined) throw new Error('the run has no deliverer');
  return Number(child[1]);
};
