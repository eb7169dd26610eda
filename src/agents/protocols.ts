import type { AgentProtocol } from '../domain/agent-table.ts';
import { acpDriver } from './acp/driver.ts';
import type { AgentSettings } from './agent-settings.ts';
import { furtherClaude } from './claude/driver.ts';
import { codexDriver } from './codex/driver.ts';
import type { AgentDriver } from './driver.ts';
import { codexExec } from './one-turn/codex-exec.ts';
import { oneTurnDriver } from './one-turn/driver.ts';
import { geminiStreamJson } from './one-turn/gemini-stream-json.ts';
import { opencodeJson } from './one-turn/opencode-json.ts';

/** What makes the driver of an agent, by its protocol. */
export const protocols: Readonly<Record<AgentProtocol, (settings: AgentSettings) => AgentDriver>> = {
  acp: acpDriver,
  claude: furtherClaude,
  codex: codexDriver,
  'codex-exec': oneTurnDriver(codexExec),
  'gemini-stream-json': oneTurnDriver(geminiStreamJson),
  'opencode-json': oneTurnDriver(opencodeJson),
};
