// Stands in for a daemon that will be killed: launches `command` in the run's directory, stores a message, says so, and hangs.
import { launch } from '../../src/process/launch.ts';
import { writeInput } from '../../src/process/write-input.ts';

const [runId = '', directory = '', cwd = '', message = '', command = '', ...args] = process.argv.slice(2);
await launch({
  runId,
  directory,
  cwd,
  command,
  args,
  env: { PATH: process.env.PATH ?? '' },
  ownCgroup: process.env['TEST_OWN_CGROUP'] !== 'no',
});
await writeInput(directory, message);
process.stdout.write('launched\n');
setInterval(() => undefined, 1_000_000);
