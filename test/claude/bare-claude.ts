import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { plainly } from '../support/daemon.ts';
import type { Cleanup } from './isolated.ts';

export type Line = Record<string, unknown>;

const isLine = (value: unknown): value is Line => typeof value === 'object' && value !== null;

/** The real claude, started as a program that speaks stream-json would start it, with no makima around it. */
export interface BareClaude {
  /** Every line of stdout so far, parsed. */
  readonly lines: readonly Line[];
  /** Sends a user message. With a uuid claude reports what becomes of it. */
  send(text: string, uuid?: string): void;
  /** Asks claude to give up the turn. */
  interrupt(): void;
  /** Resolves with the first line, past or to come, that fits; rejects with all it said if claude ends before. */
  until(fits: (line: Line) => boolean): Promise<Line>;
  /** Closes stdin and resolves with the exit code. */
  finish(): Promise<number | null>;
}

const flags = ['--output-format', 'stream-json', '--input-format', 'stream-json', '--verbose', '--dangerously-skip-permissions', '-p'];

export const startBareClaude = (t: Cleanup, binary: string, cwd: string, env: Record<string, string>): BareClaude => {
  const child = spawn(...plainly(binary, ...flags), { cwd, env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  const wakeAll = (): void => waiting.forEach((wake) => wake());
  let stderr = '';
  let ended = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line: unknown = JSON.parse(text);
    if (isLine(line)) lines.push(line);
    wakeAll();
  });
  child.on('close', () => {
    ended = true;
    wakeAll();
  });
  t.teardown(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  return {
    lines,
    send: (text, uuid) =>
      void child.stdin.write(
        `${JSON.stringify({ type: 'user', ...(uuid !== undefined && { uuid }), message: { role: 'user', content: text } })}\n`,
      ),
    interrupt: () =>
      void child.stdin.write(
        `${JSON.stringify({ type: 'control_request', request_id: randomUUID(), request: { subtype: 'interrupt' } })}\n`,
      ),
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find(fits);
          if (found === undefined && !ended) return;
          waiting.delete(look);
          if (found) resolve(found);
          else
            reject(
              new Error(
                `claude ended before it said that. stderr: ${stderr}\nstdout: ${lines.map((line) => JSON.stringify(line).slice(0, 500)).join('\n')}`,
              ),
            );
        };
        waiting.add(look);
        look();
      }),
    finish: async () => {
      child.stdin.end();
      await closed;
      return child.exitCode;
    },
  };
};

export const isResult = (line: Line): boolean => line['type'] === 'result';
