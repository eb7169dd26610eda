/** Completion in a real bash: what the tab key is answered with, for commands, options and tasks. */
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { scratch, startDaemon } from '../../support/daemon.ts';
import { commandLine, environment } from './run-command.ts';

const run = promisify(execFile);

/** What bash offers at the end of a line, as its readline asks: the words parted by its own rules. */
const asked = `
eval "$(makima completion bash)"
tab() {
  local IFS=$' \\t\\n'
  COMP_LINE=$1 COMP_POINT=\${#1}
  shift
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _makima
  printf '%s|' "\${COMPREPLY[@]}"
  echo
}
tab 'makima st' makima st
tab 'makima merge re' makima merge re
tab 'makima run --mod' makima run --mod
tab 'makima run --action ' makima run --action ''
tab 'makima ls --filter status=pe' makima ls --filter status = pe
tab 'makima show Fix' makima show Fix
tab 'makima show "Fix the' makima show '"Fix the'
tab 'makima show Only:o' makima show Only : o
tab 'makima stop ' makima stop ''
tab 'makima run -f pl' makima run -f pl
tab 'makima show Hos' makima show Hos
tab 'makima show "Hos' makima show '"Hos'
tab "makima show 'Hos" makima show "'Hos"
tab "makima show 'Ends" makima show "'Ends"
`;
/** What agents may name tasks, to have a shell run it. */
const hostile = ['Hostile $(touch x)', 'Hostile `touch x`', 'Hostile "; touch x; #', 'Hostile !touch', "Ends '; touch x #"];

void t.test('bash', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  for (const name of [...hostile.toReversed(), 'Fix the parser', 'Only:one', 'Twin', 'Twin']) await daemon.make({ name });
  const directory = scratch(t);
  writeFileSync(join(directory, 'makima'), `#!/bin/sh\nunset NODE_OPTIONS\nexec '${commandLine.join("' '")}' "$@"\n`, { mode: 0o755 });
  writeFileSync(join(directory, 'plan.md'), '');
  const env = environment(daemon.home, { PATH: `${directory}:${process.env['PATH'] ?? ''}` });
  const { stdout } = await run('bash', ['--norc', '-c', asked], { env, cwd: directory });
  t.strictSame(stdout.split('\n').slice(0, -1), [
    'stop|start|',
    'resolve|',
    '--model|',
    'none|branch|merge|pr|',
    'pending|',
    'Fix\\ the\\ parser|',
    'Fix the parser|',
    'one|',
    '|',
    'plan.md|',
    'Hostile\\ \\$\\(touch\\ x\\)|Hostile\\ \\`touch\\ x\\`|Hostile\\ \\"\\;\\ touch\\ x\\;\\ #|Hostile\\ \\!touch|',
    '|',
    'Hostile $(touch x)|Hostile `touch x`|Hostile "; touch x; #|Hostile !touch|',
    '|',
  ]);
});

for (const shell of ['bash', 'zsh', 'fish']) {
  const skip = spawnSync(shell, ['--version']).status === 0 ? false : `there is no ${shell} here`;
  void t.test(`${shell} reads the script`, { skip }, (t) => {
    const script = join(import.meta.dirname, `../../../clients/cli/completion/makima.${shell}`);
    const { status, stderr } = spawnSync(shell, ['-n', script], { encoding: 'utf8' });
    t.same({ status, stderr }, { status: 0, stderr: '' });
    t.end();
  });
}
