import t from 'tap';
import { closestName } from '../../../src/domain/names/closest-name.ts';

void t.test('what somebody may have meant', (t) => {
  const names = ['HOST', 'PORT', 'MAX_DEPTH', 'MAX_TASKS', 'MAX_CONCURRENT_TASKS', 'LOG_LEVEL'];
  for (const [written, meant] of [
    ['PROT', 'PORT'],
    ['PORTT', 'PORT'],
    ['port', 'PORT'],
    ['MAX_CONCURENT_TASKS', 'MAX_CONCURRENT_TASKS'],
    ['CONCURRENT_TASKS', 'MAX_CONCURRENT_TASKS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['MAX_TASK', 'MAX_TASKS'],
    ['COLOUR', null],
    ['', null],
    ['X'.repeat(100_000), null],
  ] as const)
    t.equal(closestName(written, names), meant, written.slice(0, 30));
  t.end();
});
