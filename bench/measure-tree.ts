/** One file of rows, measured of one tree in a process of its own, for so long and no longer. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchRow, Scale } from './row.ts';

export interface Tree {
  /** Where it is. */
  root: string;
  /** Its package, built. */
  package: string;
}

/** How long ending what is measured, and taking away what it wrote, may take. */
const endMs = 60_000;

const isRows = (message: unknown): message is BenchRow[] => Array.isArray(message);

/** @returns the rows, or in a few words why there are none */
export const measure = async (tree: Tree, name: string, scale: Scale, limitSeconds: number): Promise<BenchRow[] | string> => {
  const child = fork(join(import.meta.dirname, 'one.ts'), [name, scale], {
    env: { ...process.env, BENCH_ROOT: tree.root, BENCH_PACKAGE: tree.package },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    // so that all of it can be ended at once; what is typed at the terminal then has to be handed on
    detached: true,
  });
  const seen: { rows: BenchRow[] | null; complaint: string; isLate: boolean } = { rows: null, complaint: '', isLate: false };
  child.on('message', (message) => {
    if (isRows(message)) seen.rows = message;
  });
  child.stderr?.on('data', (text: Buffer) => {
    seen.complaint = `${seen.complaint}${text.toString('utf8')}`.slice(-10_000);
  });
  const end = (): void => void child.kill('SIGTERM');
  const give = (): never => {
    end();
    process.exit(1);
  };
  const limit = setTimeout(() => {
    seen.isLate = true;
    end();
  }, limitSeconds * 1000);
  const last = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limitSeconds * 1000 + endMs);
  process.once('SIGINT', give).once('SIGTERM', give);
  const [status]: unknown[] = await once(child, 'exit');
  process.off('SIGINT', give).off('SIGTERM', give);
  clearTimeout(limit);
  clearTimeout(last);
  if (seen.rows !== null) return seen.rows;
  if (seen.isLate) return `not within ${limitSeconds} s`;
  // its last words may still be on their way; something that it left may hold their pipe open
  if (child.stderr?.readableEnded === false) await Promise.race([once(child.stderr, 'end'), delay(1000)]);
  process.stderr.write(seen.complaint);
  return /^\w*Error.*$/m.exec(seen.complaint)?.[0].slice(0, 160) ?? `it ended with ${String(status)}`;
};
