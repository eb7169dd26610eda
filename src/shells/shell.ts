import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../files/failure.ts';
import { environmentOfShell, type Environment } from './environment.ts';
import { untilEnd } from './output.ts';
import { endMark, preamble } from './script.ts';

export interface Said {
  /** Exact bytes. */
  stdout: Buffer;
  stderr: Buffer;
  /** 128 + n for signal n. */
  status: number;
}

/** For how long a process that has outlived its command may hold the pipes open and be waited for, in milliseconds. */
export const drainMs = 5000;

interface Exchange {
  stdout: ReturnType<typeof untilEnd>;
  stderr: ReturnType<typeof untilEnd>;
  onStdout: ((chunk: Buffer) => void) | undefined;
  ended: { stdout?: Buffer; stderr?: Buffer };
  resolve: (said: Said) => void;
  reject: (error: Error) => void;
}

/** @throws Error where the shell could not be started at all: too many processes, or open files */
const pipe = (child: ChildProcess, descriptor: number): Socket => {
  const stream: unknown = Reflect.get(Object(child.stdio), descriptor);
  if (stream instanceof Socket) return stream;
  throw new Error('no shell could be started: there are too many processes or open files');
};

/**
 * A resident `/bin/sh` that starts programs, one after another: forking a shell of one megabyte costs a tenth of what forking
 * the daemon does, and the daemon does not stand still meanwhile.
 *
 * It is in a session of its own, so that a signal to its group meets the command and what that started; it works in `/`, so that
 * no directory is held; and its standard input is a pipe of the daemon's, whose end is its own: it outlives no daemon by more
 * than the command that it runs. It keeps no process alive but while it runs a command.
 */
export class Shell {
  readonly environment: Environment;
  /** Fulfilled when it has ended and nobody holds its pipes any more. */
  readonly closed: Promise<void>;
  readonly #child: ChildProcess;
  #exchange: Exchange | null = null;
  /** What came on the second pipe when its last command had ended. */
  #behind: Buffer[] = [];
  #isLast = false;
  #failure: Error | null = null;

  /**
   * @param environment - what the commands have in common
   * @param onUseless - it has ended, or what an earlier command left has written to its pipes: it is to run nothing more
   */
  constructor(environment: Environment, onUseless: (shell: Shell) => void) {
    this.environment = environmentOfShell(environment);
    this.#child = spawn('/bin/sh', ['-s', 'makima'], {
      cwd: '/',
      env: { ...this.environment },
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    const fail = (error: Error): void => {
      this.#failure ??= error;
      onUseless(this);
    };
    this.#child.once('error', fail);
    this.#child.once('exit', (code, signal) => {
      fail(new Error(`the shell that ran it ended ${signal === null ? `with status ${code}` : `by ${signal}`}`));
      if (this.#exchange !== null) this.#endCommand();
    });
    this.closed = new Promise((resolve) => {
      this.#child.once('close', () => {
        this.#giveUp();
        resolve();
      });
    });
    this.#hold(false);
    // That one is gone is seen by its exit.
    for (const descriptor of [0, 3, 4, 5]) pipe(this.#child, descriptor).on('error', () => undefined);
    const take = (which: 'stdout' | 'stderr') => (chunk: Buffer) => {
      if (!this.#take(which, chunk)) onUseless(this);
    };
    pipe(this.#child, 3).on('data', take('stdout'));
    pipe(this.#child, 4).on('data', take('stderr'));
    pipe(this.#child, 0).write(preamble);
  }

  /**
   * @param script - one command, that ends with `e` and the mark
   * @param options.onStdout - hears what comes before the end as well
   * @param options.input - comes over descriptor 5, which is then at its end: the last command of this shell
   * @throws Error where the shell ends before the command is known to have ended
   */
  say(script: string, mark: string, options: { onStdout?: (chunk: Buffer) => void; input?: Buffer } = {}): Promise<Said> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const [stdout, stderr] = [untilEnd(endMark(mark)), untilEnd(endMark(mark))];
      this.#exchange = { stdout, stderr, onStdout: options.onStdout, ended: {}, resolve, reject };
      this.#hold(true);
      this.tell(script);
      if (options.input !== undefined) pipe(this.#child, 5).end(options.input);
    });
  }

  /** Writes to its standard input, which is also that of a command which awaits a line. */
  tell(text: string): void {
    pipe(this.#child, 0).write(text);
  }

  /** To the shell, which goes on after SIGTERM, to its command and to all that this started and that has not left the group. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid, exitCode, signalCode } = this.#child;
    // Nobody else has this number while the shell has not been waited for.
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
  }

  /**
   * Ends the shell after the command that it has run, and waits until nobody holds its pipes.
   * @param limitMs - for how long at most
   * @returns what came on the second pipe behind the command's end
   */
  async end(limitMs: number): Promise<Buffer> {
    this.#isLast = true;
    pipe(this.#child, 0).end();
    pipe(this.#child, 5).end();
    this.#hold(true);
    const enough = new AbortController();
    await Promise.race([this.closed, delay(limitMs, undefined, { signal: enough.signal }).catch(() => undefined)]);
    enough.abort();
    this.#hold(false);
    pipe(this.#child, 3).destroy();
    pipe(this.#child, 4).destroy();
    return Buffer.concat(this.#behind);
  }

  /** The shell has died before its command: nobody would look after that any more. */
  #endCommand(): void {
    try {
      // The group has its number for as long as anybody is in it, and the shell has left it this moment.
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error;
    }
    const enough = setTimeout(() => this.#giveUp(), drainMs);
    void this.closed.then(() => clearTimeout(enough));
  }

  #giveUp(): void {
    if (this.#failure !== null) this.#exchange?.reject(this.#failure);
    this.#exchange = null;
  }

  /** @returns false where it is nobody's */
  #take(which: 'stdout' | 'stderr', chunk: Buffer): boolean {
    const exchange = this.#exchange;
    if (exchange === null || exchange.ended[which] !== undefined) {
      if (which === 'stderr') this.#behind.push(chunk);
      return this.#isLast;
    }
    if (which === 'stdout') exchange.onStdout?.(chunk);
    const ending = exchange[which](chunk);
    if (ending === null) return true;
    exchange.ended[which] = ending.output;
    if (which === 'stderr' && ending.behind.length > 0) this.#behind.push(ending.behind);
    const { stdout, stderr } = exchange.ended;
    if (stdout !== undefined && stderr !== undefined) {
      this.#exchange = null;
      this.#hold(false);
      exchange.resolve({ stdout, stderr, status: ending.status });
    }
    return ending.behind.length === 0 || this.#isLast;
  }

  /** Whether this process stays for it. */
  #hold(stay: boolean): void {
    const how = stay ? 'ref' : 'unref';
    this.#child[how]();
    for (const descriptor of [0, 3, 4, 5]) pipe(this.#child, descriptor)[how]();
  }
}
