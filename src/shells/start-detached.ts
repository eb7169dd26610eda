import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { canBeHandedOn } from './environment.ts';
import { discardShell, giveBackShell, takeShell } from './pool.ts';
import { checkStarted } from './run.ts';
import { detachScript, newMark, type Program } from './script.ts';
import type { Shell } from './shell.ts';

export interface DetachedProgram extends Program {
  /** Files that are there, which it appends to by itself. */
  stdout: string;
  stderr: string;
}

/** A process that is there and waits: it becomes the program, with the same pid and start time, when it is let go. */
export interface Held {
  pid: number;
  /** Lets it go. Where the daemon dies before, it goes by itself. */
  go(): void;
  /** Kills it, before it was let go, and waits until it is dead. */
  cancel(): Promise<void>;
}

/** Every system takes so much of one argument and of all (a page less than 128 KiB on Linux), counted in characters of at most three bytes. */
const longestByShell = 40_000;

/** util-linux and busybox have it; macOS has none. */
const setsid = ['/usr/bin/setsid', '/bin/setsid'].find((path) => existsSync(path)) ?? null;

/**
 * Starts a program that is to outlive the daemon: the leader of a session and a process group of its own, its signals at their
 * defaults, with the environment given and nothing else, holding no descriptor but its three, which are no pipe of the daemon's.
 *
 * Its process is there at once and its pid told, so that it can be stored; the program must read a line of its standard input,
 * or find that at its end, before it does anything: that is when it is let go, or the daemon has died. Until then it may carry
 * neither its environment nor be in its session.
 *
 * It is no child of the daemon's: pid 1, or whoever adopts orphans there, waits for it. Only where no shell can start it so
 * (without `setsid` and `/proc`, with a variable that a shell cannot hand on, or where the daemon itself is pid 1) the daemon
 * spawns it, and Node waits for it.
 *
 * @throws NotStarted where there is no such program or directory, Error where it cannot be started for another reason
 */
export const startDetached = async (what: DetachedProgram): Promise<Held> => {
  if (setsid === null || process.platform !== 'linux' || process.pid === 1 || mayBeTooLong(what)) return await spawnDetached(what);
  const shell = await takeShell(false);
  if (!canBeHandedOn(shell.environment, what.env)) {
    giveBackShell(shell);
    return await spawnDetached(what);
  }
  return await detachBy(shell, what, setsid);
};

/** Arguments that no program might take: that is told by who starts it, and a shell would find out only when it is let go. */
const mayBeTooLong = ({ args, env }: Program): boolean =>
  [...args, ...Object.entries(env).flatMap(([name, value]) => [name, value ?? ''])].reduce((sum, text) => sum + text.length, 0) >
  longestByShell;

const detachBy = async (shell: Shell, what: DetachedProgram, program: string): Promise<Held> => {
  const mark = newMark();
  const told = Promise.withResolvers<number>();
  let text = '';
  const onStdout = (chunk: Buffer): void => {
    text += chunk.toString('latin1');
    const pid = /^(\d+)\n/.exec(text)?.[1];
    if (pid !== undefined) told.resolve(Number(pid));
  };
  let script: string;
  try {
    script = detachScript(what, shell.environment, mark, program);
  } catch (error) {
    giveBackShell(shell);
    throw error;
  }
  const ended = shell.say(script, mark, { onStdout });
  /** The shell is at work until the program is in its session, or gone. */
  let isOver = false;
  const over = ended.then(
    () => giveBackShell(shell),
    () => discardShell(shell),
  );
  void over.then(() => (isOver = true));
  const first = await Promise.race([told.promise, ended]);
  if (typeof first === 'number') {
    return {
      pid: first,
      go() {
        // A line that means nothing to the shell either, should what waits for it be gone.
        if (!isOver) shell.tell(':\n');
      },
      async cancel() {
        if (!isOver) shell.signal('SIGKILL');
        await over;
      },
    };
  }
  checkStarted(what, mark, first);
  throw new Error(first.stderr.toString('utf8').trim() || `exited with ${first.status}`);
};

const spawnDetached = async ({ program, args, cwd, env, stdout, stderr }: DetachedProgram): Promise<Held> => {
  const out = await open(stdout, 'a');
  try {
    const err = await open(stderr, 'a');
    try {
      const child = spawn(program, [...args], { cwd, env: { ...env }, detached: true, stdio: ['pipe', out.fd, err.fd] });
      await once(child, 'spawn'); // rejects with the error of a spawn that failed
      const { pid, stdin } = child;
      if (pid === undefined || stdin === null) throw new Error('it has no pid');
      // It may be dead by now, which the watch of its exit tells.
      stdin.on('error', () => stdin.destroy());
      return {
        pid,
        go() {
          stdin.end('go\n');
          child.unref();
        },
        async cancel() {
          const gone = once(child, 'exit');
          if (child.exitCode !== null || child.signalCode !== null) return;
          child.kill('SIGKILL');
          await gone;
        },
      };
    } finally {
      await err.close();
    }
  } finally {
    await out.close();
  }
};
