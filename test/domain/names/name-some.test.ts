import t from 'tap';
import { nameSome } from '../../../src/domain/names/name-some.ts';

void t.test('names for a sentence', (t) => {
  t.equal(nameSome([], 2), '');
  t.equal(nameSome(['a', 'b'], 2), 'a, b');
  t.equal(nameSome(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more');
  t.end();
});
