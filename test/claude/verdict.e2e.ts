/** What the real claude ends as a success though it could not work, by the settings of the repository it works in. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Task } from '../../schemas/task.ts';
import { startDaemon } from './daemon.ts';
import { bash, plan, say, write } from './directives.ts';
import { git, makeUserRepository } from './user-repository.ts';

const hook = (event: string, command: string) => ({ hooks: { [event]: [{ hooks: [{ type: 'command', command }] }] } });

/** Runs a plan in a repository whose `.claude/settings.json` is this, to the end of its task. */
const runWith = async (t: Test, settings: object): Promise<{ task: Task; said: string }> => {
  const daemon = await startDaemon(t);
  const repository = join(daemon.folder, 'project');
  await makeUserRepository(repository);
  await mkdir(join(repository, '.claude'));
  await writeFile(join(repository, '.claude/settings.json'), JSON.stringify(settings));
  await git(repository, 'add', '-f', '.claude');
  await git(repository, 'commit', '-q', '-m', 'Settings');
  const stream = await daemon.follow(t, '/events');
  const { id } = await daemon.startTask({
    name: 'Tries',
    repositoryUrl: repository,
    plan: plan(bash('touch made.txt'), write('other.txt', 'x'), say('all is well')),
  });
  await stream.end(id);
  return { task: await daemon.task(id), said: await daemon.text(`/tasks/${id}/output`) };
};

void t.test('a hook that blocks the plan fails the task with its reason and what to do', async (t) => {
  const { task, said } = await runWith(t, hook('UserPromptSubmit', 'echo "no plans on Fridays" >&2; exit 2'));
  t.match(task, { status: 'failed', exitCode: 0, errorMessage: /refused by a hook: no plans on Fridays\. .*UserPromptSubmit/ });
  t.match(said, /✗ The prompt was refused by a hook/);
});

void t.test('settings that deny every tool it tries fail the task, and name them', async (t) => {
  const { task } = await runWith(t, { permissions: { disableBypassPermissionsMode: 'disable' } });
  t.match(task, {
    status: 'failed',
    exitCode: 0,
    errorMessage: /Every tool that the agent tried was denied: Bash \(.*\), Write \(.*\)\. .*disableBypassPermissionsMode/,
  });
});

void t.test('a hook that denies every tool fails the task, too', async (t) => {
  const { task } = await runWith(t, hook('PreToolUse', 'echo "tools are forbidden" >&2; exit 2'));
  t.match(task, { status: 'failed', errorMessage: /Every tool that the agent tried was denied: .*tools are forbidden.*PreToolUse/ });
});

void t.test('where one tool is denied and another worked the task is done, with a warning', async (t) => {
  const { task } = await runWith(t, { permissions: { deny: ['Bash(touch:*)'] } });
  t.match(task, {
    status: 'done',
    warnings: [{ code: 'TOOLS_DENIED', message: /Bash \(Permission to use Bash with command touch made\.txt has been denied/ }],
  });
});
