/** Orchestrators of real agents that work one turn a process, which lead by makima's tools over MCP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { codex, codexEnv } from './codex.ts';
import { startRealDaemon, type RealAgent } from './daemon.ts';
import { gemini, geminiEnv } from './gemini.ts';
import { agentOrSkip, type NpmAgent } from './install-agent.ts';
import { leadsByTools } from './leads-by-tools.ts';
import { opencode, opencodeEnv } from './opencode.ts';

t.setTimeout(1_200_000);

const leads = async (protocol: string, agent: NpmAgent, env: RealAgent['env'], whyNot: string | false = false): Promise<void> => {
  const { program, skip } = await agentOrSkip(agent);
  await t.test(
    `${agent.name} by ${protocol}: makes a subtask, waits, merges, is done`,
    { skip: whyNot || skip, timeout: 600_000 },
    async (t) => {
      await leadsByTools(t, await startRealDaemon(t, [{ name: agent.name, program, env, protocol }]), agent.name);
    },
  );
};

await leads('codex-exec', codex, codexEnv);
await leads('opencode-json', opencode, opencodeEnv);
// gemini takes the file of settings that a run has for it from root alone, and out of no folder that others can write to, as that for temporary files is.
const isRoot = process.getuid?.() === 0;
if (isRoot) {
  const { TMPDIR: usual } = process.env;
  const own = await mkdtemp(join(homedir(), '.makima-'));
  process.env['TMPDIR'] = own;
  t.teardown(async () => {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    await rm(own, { recursive: true, force: true, maxRetries: 5 });
  });
}
await leads('gemini-stream-json', gemini, geminiEnv, isRoot ? false : 'gemini takes a file of settings of its machine from root alone');
