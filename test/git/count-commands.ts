import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';

/** The git commands that a step takes: each is a process that the daemon has to make, and no machine makes it faster. */
export type Counted = <T>(step: () => Promise<T>) => Promise<{ result: T; commands: string[] }>;

/** Puts a git on the PATH that notes each of its commands. */
export const countCommands = (t: Test, home: string): Counted => {
  const log = path.join(home, 'commands');
  const git = path.join(home, 'bin', 'git');
  mkdirSync(path.dirname(git));
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(git, `#!/bin/sh\necho "$*" >> '${log}'\nexec '${real}' "$@"\n`);
  chmodSync(git, 0o755);
  const before = process.env['PATH'];
  process.env['PATH'] = `${path.dirname(git)}:${before ?? ''}`;
  t.teardown(() => {
    process.env['PATH'] = before;
  });
  return async (step) => {
    writeFileSync(log, '');
    const result = await step();
    const commands = readFileSync(log, 'utf8').split('\n');
    return { result, commands: commands.filter((line) => line !== '') };
  };
};
