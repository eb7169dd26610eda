/** Until when a limit of an account holds. */
import t from 'tap';
import { limitEnds } from '../../src/domain/usage-limit.ts';

const now = Date.parse('2026-11-27T12:00:00Z');
const times = { retry: 1800_000, pause: 60_000 };
const ends = (until: string | null): string => new Date(limitEnds(until, now, times)).toISOString();

t.equal(ends('2026-11-27T13:10:00.000Z'), '2026-11-27T13:10:00.000Z');
t.equal(ends('2026-12-28T00:00:00.000Z'), '2026-12-28T00:00:00.000Z', 'the end of a month');
t.equal(ends(null), '2026-11-27T12:30:00.000Z');
t.equal(ends('2026-11-27T11:00:00.000Z'), '2026-11-27T12:01:00.000Z', 'it was over when it was told');
for (const never of ['9999-12-31T23:59:59.000Z', '+275760-09-13T00:00:00.000Z', '2027-01-27T12:00:00.000Z'])
  t.equal(ends(never), '2026-11-27T12:30:00.000Z', `${never}: it holds nobody up for ever`);
