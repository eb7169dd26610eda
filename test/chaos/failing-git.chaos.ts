/** A git that fails at its Nth command in a task's life, for every N: it is first on the PATH and counts by repository. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { scratch, startDaemon, write } from '../support/daemon.ts';
import { live, nothingIsLeft } from './life.ts';

// Some forty lives: half a minute here, where nothing else runs; a slow machine gets ten.
t.setTimeout(600_000);

/** mkdir tells atomically which command this is; the repository's name holds the task's id. */
const failing = (control: string, real: string): string => `#!/bin/sh
# Beside the commands so far there is the file that says which one fails, so this is the next one's number.
count() { echo $#; }
for directory in '${control}'/*; do
  case "$GIT_DIR $*" in *"\${directory##*/}"*) ;; *) continue ;; esac
  n=$(count "$directory"/*)
  while ! mkdir "$directory/$n" 2>/dev/null; do n=$((n + 1)); done
  if [ "$n" = "$(cat "$directory/fails")" ]; then echo 'fatal: planned failure' >&2; exit 128; fi
done
exec '${real}' "$@"
`;

const lanes = 4;
const marker = `TWIN=git-${process.pid}`;

void t.test('a git that fails at its Nth command', async (t) => {
  const control = scratch(t);
  const bin = scratch(t);
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  write(bin, { git: failing(control, real) });
  const path = process.env['PATH'];
  process.env['PATH'] = `${bin}:${path ?? ''}`;
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  const [name = '', value = ''] = marker.split('=');
  const daemon = await startDaemon(t, 'cheap', { MAKIMA_AGENT_ENV: JSON.stringify({ [name]: value }) });
  let commands = 0;
  const lane = async (from: number): Promise<void> => {
    for (let number = from; ; number += lanes) {
      let directory = '';
      const task = await live(t, daemon, `command ${number}`, ({ id }) => {
        directory = join(control, id.slice(0, 8));
        mkdirSync(directory);
        writeFileSync(join(directory, 'fails'), String(number));
      });
      commands = Math.max(commands, readdirSync(directory).length - 1);
      if (!existsSync(join(directory, String(number)))) return;
      if (task.status !== 'done') t.equal((await live(t, daemon, 'the next')).status, 'done', `command ${number}: the next task runs`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index + 1)));
  t.ok(commands > 5, `${commands} commands in a life`);
  await nothingIsLeft(t, daemon, marker);
});
