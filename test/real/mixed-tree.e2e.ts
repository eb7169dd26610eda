/** Trees of agents of several makers: one leads, others work, and what they made comes together. */
import t from 'tap';
import { join } from 'node:path';
import { bash, plan, say, shellQuoted, write } from '../claude/directives.ts';
import { claudeOfThisMachine } from '../claude/install-claude.ts';
import { claudeEnv } from '../claude/isolated.ts';
import { runProcesses } from '../claude/processes.ts';
import { git, makeUserRepository } from '../claude/user-repository.ts';
import { startRealDaemon, type RealAgent } from './daemon.ts';
import { gemini, geminiEnv } from './gemini.ts';
import { agentOrSkip } from './install-agent.ts';
import { opencode, opencodeEnv } from './opencode.ts';

// Several agents at once on a machine that is shared.
t.setTimeout(900_000);

const script = '.makima/orchestrate.sh';
const installed = await Promise.all([claudeOfThisMachine(), gemini, opencode].map(agentOrSkip));
const skip = installed.map((each) => each.skip).find((each) => each !== false) ?? false;
const [claudeProgram = '', geminiProgram = '', opencodeProgram = ''] = installed.map(({ program }) => program);
const agents: RealAgent[] = [
  // claude as another entry of the table: its environment is then its own, too.
  { name: 'lead', program: claudeProgram, env: claudeEnv, protocol: 'claude' },
  { name: 'gemini', program: geminiProgram, env: geminiEnv },
  { name: 'opencode', program: opencodeProgram, env: opencodeEnv },
];

/** Writes a file by the agent's own tool and commits it by its shell. */
const part = (name: string): string =>
  plan(write(`${name}.txt`, `${name}\n`), bash(`git add ${name}.txt && git commit -q -m 'Add ${name}'`), say(`${name} is committed`));

/** Has each of the agents do a part, one after the other told and at once at work, and merges them. */
const leading = (workers: readonly string[]): string =>
  plan(
    bash(
      [
        'set -euo pipefail',
        `for agent in ${workers.join(' ')}; do case $agent in`,
        ...workers.map(
          (worker) =>
            `${worker}) ${script} create "Part of $agent" ${shellQuoted(part(worker))} --agent $agent --start | cut -f1 >> made;;`,
        ),
        'esac; done',
      ].join('\n'),
    ),
    bash(`${script} wait $(cat made)`),
    bash(`set -e; for id in $(cat made); do ${script} merge $id; done; rm made; ${script} list`, { as: 'list' }),
    bash(`${script} done 'All parts are in'`),
    say('all is in: {{list}}'),
  );

for (const [leader, workers, completionAction] of [
  ['lead', ['gemini', 'opencode'], 'merge'],
  ['opencode', ['gemini', 'lead'], 'branch'],
] as const) {
  void t.test(`${leader} leads ${workers.join(' and ')}, completed by ${completionAction}`, { skip, timeout: 600_000 }, async (t) => {
    const daemon = await startRealDaemon(t, agents, { MAKIMA_COMMIT_AUTHOR: 'User <user@example.com>' });
    const repository = join(daemon.folder, 'project');
    await makeUserRepository(repository);
    const { id } = await daemon.startTask({
      name: 'Build both parts',
      agent: leader,
      isOrchestrator: true,
      repositoryUrl: repository,
      baseBranch: 'main',
      completionAction,
      // Nobody has checked this one out.
      ...(completionAction === 'merge' && { targetBranch: 'other', targetRepoPath: repository }),
      plan: leading(workers),
    });
    await daemon.must(200, 'GET', `/tasks/${id}/wait?until=end&timeout=480`);
    const task = await daemon.task(id);
    t.match(
      task,
      { status: 'done', errorMessage: null, agent: leader, progressSummary: 'All parts are in' },
      await daemon.text(`/tasks/${id}/output`),
    );
    t.match(task.completion, { action: completionAction, status: 'succeeded' }, task.completion?.message ?? 'no completion');

    const subtasks = await daemon.subtasks(id);
    t.match(
      subtasks,
      workers.map((agent) => ({ agent, status: 'done', depth: 1, parentTaskId: id })),
    );
    for (const { usage, agent } of subtasks)
      t.ok((usage?.inputTokens ?? 0) > 0 && (usage?.turns ?? 0) > 0, `what ${agent} used is counted`);
    const branch = completionAction === 'merge' ? 'other' : (task.completion?.branch ?? '');
    for (const worker of workers)
      t.equal(await git(repository, 'show', `${branch}:${worker}.txt`), worker, `the part of ${worker} is in ${branch}`);
    t.same(await runProcesses(daemon.folder), [], 'no process is left');
  });
}
