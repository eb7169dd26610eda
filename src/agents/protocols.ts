import type { AgentProtocol } from '../domain/agent-table.ts';
import type { AgentSettings } from './agent-settings.ts';
import { furtherClaude } from './claude/driver.ts';
import type { AgentDriver } from './driver.ts';

/** What makes the driver of an agent, by its protocol. An agent whose protocol has none is not there. */
export const protocols: Readonly<Partial<Record<AgentProtocol, (settings: AgentSettings) => AgentDriver>>> = { claude: furtherClaude };
