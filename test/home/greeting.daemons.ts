/** What a start says of settings that somebody should look at. */
import t from 'tap';
import { exposureNotice } from '../../src/home/exposure.ts';
import { spawnDaemon } from '../support/daemon-process.ts';
import { scratch } from '../support/daemon.ts';

void t.test('a misspelt variable, and a host that others reach, are in the greeting', async (t) => {
  const loud = await spawnDaemon(t, scratch(t), 'quick', {
    MAKIMA_HOST: '0.0.0.0',
    MAKIMA_MAX_CONCURENT_TASKS: '8',
    MAKIMA_LOG_LEVEL: 'silent',
  });
  t.match(
    loud.greeting(),
    'MAKIMA_MAX_CONCURENT_TASKS is no setting of makima and has no effect (did you mean MAKIMA_MAX_CONCURRENT_TASKS?).\n',
  );
  t.match(loud.greeting(), /^MAKIMA_HOST is 0\.0\.0\.0: other machines .* in clear.*ssh -L.*TLS/m);
  t.equal(await loud.kill('SIGTERM'), 0);
  const quiet = await spawnDaemon(t, scratch(t), 'quick');
  t.notMatch(quiet.greeting(), /MAKIMA_/);
});

void t.test('which hosts others reach', async (t) => {
  for (const host of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', 'localhost']) t.equal(await exposureNotice(host), null, host);
  for (const host of ['0.0.0.0', '::', '192.168.1.2', 'fe80::1']) t.match(await exposureNotice(host), host);
});
