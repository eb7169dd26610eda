import t from 'tap';
import { userEnvironment } from '../../src/runs/user-environment.ts';

void t.test('what npm put on the path goes, what the user has stays in its order', async (t) => {
  const npm = '/opt/makima/node_modules/.bin:/opt/node_modules/.bin:/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin';
  const user = '/home/u/bin:/usr/bin::/home/u/project/node_modules/.bin';
  t.equal(userEnvironment({ PATH: `${npm}:${user}`, HOME: '/home/u' }, '/opt/makima')['PATH'], user);
  t.strictSame(userEnvironment({ PATH: user, HOME: '/home/u' }, '/opt/makima'), { PATH: user, HOME: '/home/u' });
  t.strictSame(userEnvironment({}, '/opt/makima'), {});
});
