import t from 'tap';
import { createTogether } from '../../src/domain/together.ts';

void t.test('work serves all who ask before it begins, and nobody who asks later', async (t) => {
  let begun = 0;
  const gates = [0, 1, 2].map(() => Promise.withResolvers<undefined>());
  const ask = createTogether(async () => {
    const mine = begun;
    begun += 1;
    await gates[mine]?.promise;
    return mine;
  });
  const first = [ask(), ask()];
  await new Promise(setImmediate);
  t.equal(begun, 1);
  const second = [ask(), ask(), ask()];
  await new Promise(setImmediate);
  t.equal(begun, 1, 'one after the other');
  gates[0]?.resolve(undefined);
  t.same(await Promise.all(first), [0, 0]);
  await new Promise(setImmediate);
  const third = ask();
  gates[1]?.reject(new Error('no'));
  for (const each of second) await t.rejects(each, { message: 'no' });
  gates[2]?.resolve(undefined);
  t.equal(await third, 2, 'a failure is theirs who waited for it');
});
