/**
 * The daemon as `makima serve` starts it, but one that is killed at a named point: `faulty-daemon.ts POINT TIMES [ARGUMENT...]` dies by
 * SIGKILL when it reaches the point for so many a time.
 */
import { serve } from '../../src/main/serve.ts';

const [point, times = '1', ...args] = process.argv.slice(2);
let left = Number(times);

await serve(args, (reached) => {
  if (reached !== point) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
});
