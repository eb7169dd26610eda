import t from 'tap';
import { parseOwnCgroup } from '../../src/process/own-cgroup.ts';

void t.test('where our own group is', (t) => {
  const desktop =
    '34 24 0:29 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n';
  const scope = '/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope';
  t.equal(parseOwnCgroup(`0::${scope}\n`, desktop), `/sys/fs/cgroup${scope}`, 'systemd with version 2 alone');

  const beside = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
  t.equal(parseOwnCgroup('9:name=systemd:/\n8:pids:/\n0::/\n', beside), '/sys/fs/cgroup/unified', 'version 2 beside version 1');

  t.equal(
    parseOwnCgroup('0::/\n', '1204 1200 0:29 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw\n'),
    '/sys/fs/cgroup',
    'a container with a namespace of its own',
  );
  const noNamespace = '1204 1200 0:29 /docker/abc /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw\n';
  t.equal(parseOwnCgroup('0::/docker/abc/below\n', noNamespace), '/sys/fs/cgroup/below', 'a container without');
  t.equal(parseOwnCgroup('0::/docker/abcd\n', noNamespace), null, 'not below what is mounted');
  t.equal(parseOwnCgroup('0::/../other\n', desktop), null, 'outside of the namespace');
  t.equal(parseOwnCgroup('0::/a b\n', '34 24 0:29 / /sys/fs/c\\040group rw - cgroup2 cgroup2 rw\n'), '/sys/fs/c group/a b', 'blanks');

  t.equal(
    parseOwnCgroup('4:memory:/user\n', '39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n'),
    null,
    'version 1 alone',
  );
  t.equal(parseOwnCgroup('0::/\n', ''), null, 'not mounted');
  t.end();
});
