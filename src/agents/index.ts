import { builtInAgents, isBuiltInAgent, type AgentEntry, type AgentProtocol } from '../domain/agent-table.ts';
import { nameSome } from '../domain/names/name-some.ts';
import { MakimaError } from '../errors.ts';
import { builtIn, wayTo } from './built-in.ts';
import type { ClaudeSettings } from './claude/command.ts';
import { claudeDriver } from './claude/driver.ts';
import type { AgentDriver } from './driver.ts';
import { goneAgent, whyLost } from './gone-agent.ts';
import { protocols } from './protocols.ts';

export type { ClaudeSettings } from './claude/command.ts';
export { agentDirectories, parentAgentVariables } from './user-setup.ts';

/** An agent of the table. */
export interface KnownAgent {
  driver: AgentDriver;
  protocol: AgentProtocol;
  /** Somebody counts on it: it is the default, or the settings speak of it. */
  isAskedFor: boolean;
}

/** Every agent that this daemon can run, if it is installed. */
export interface AgentDrivers {
  /** The driver of a task that names no agent. */
  readonly default: AgentDriver;
  readonly all: readonly KnownAgent[];
  /** null where there is none of that name: what its tasks left behind is read without it. */
  find(name: string): AgentDriver | null;
  /** @throws MakimaError INVALID_AGENT */
  get(name: string): AgentDriver;
  /** Of a task that was made with it: where it is not in the table any more, one that stands for it. */
  ofTask(task: { agent: string }): AgentDriver;
  /**
   * The same of a run that an earlier daemon began, which may have spoken to it in another way.
   * @param protocol - in which it did, where that is known
   * @returns with why nobody can speak to it any more, null where somebody can
   */
  ofRun(task: { agent: string }, protocol: string | undefined): { driver: AgentDriver; whyLost: string | null };
  /** How an agent is spoken to; undefined where there is none of that name. */
  protocolOf(name: string): AgentProtocol | undefined;
}

interface TableSettings {
  claude: ClaudeSettings;
  /** By their names. MAKIMA_AGENTS */
  agents?: Readonly<Record<string, AgentEntry>>;
  /** One of the table, claude where left out. MAKIMA_DEFAULT_AGENT */
  defaultAgent?: string;
}

/** What the user says of an agent goes before what is built in; arguments of another protocol mean nothing to it. */
const agentOf = (name: string, entry: AgentEntry, { claude, agents = {}, defaultAgent }: TableSettings): KnownAgent => {
  const known = isBuiltInAgent(name) ? builtIn[name] : null;
  const command = entry.command ?? known?.command ?? name;
  const way = isBuiltInAgent(name) ? wayTo(name, entry.protocol, claude.enablePermissions) : null;
  const protocol = way?.protocol ?? entry.protocol ?? 'acp';
  const driver = protocols[protocol]({
    name,
    command,
    args: entry.args ?? way?.args ?? [],
    ...(way?.resumeArgs && { resumeArgs: way.resumeArgs }),
    env: { ...known?.env, ...claude.agentEnv, ...entry.env },
    inheritedEnv: claude.inheritedEnv,
    enablePermissions: claude.enablePermissions,
    howToInstall:
      known === null
        ? 'Install it, or correct its command in MAKIMA_AGENTS'
        : `${known.howToInstall}. Where it is installed elsewhere, set its command in MAKIMA_AGENTS`,
  });
  return { driver, protocol, isAskedFor: Object.hasOwn(agents, name) || name === defaultAgent };
};

/** The agents by name: claude, those that are built in, and the user's. */
export const agentDrivers = (settings: TableSettings): AgentDrivers => {
  const { defaultAgent = 'claude' } = settings;
  const claude = claudeDriver(settings.claude);
  const entries = new Map<string, AgentEntry>([
    ...builtInAgents.map((name): [string, AgentEntry] => [name, {}]),
    ...Object.entries(settings.agents ?? {}),
  ]);
  const all: KnownAgent[] = [
    { driver: claude, protocol: 'claude', isAskedFor: defaultAgent === 'claude' },
    ...[...entries].map(([name, entry]) => agentOf(name, entry, settings)),
  ];
  const byName = new Map(all.map(({ driver }) => [driver.name, driver]));
  const protocolOf = (name: string): AgentProtocol | undefined => all.find(({ driver }) => driver.name === name)?.protocol;
  const ofTask = ({ agent }: { agent: string }): AgentDriver => byName.get(agent) ?? goneAgent(agent);
  return {
    default: byName.get(defaultAgent) ?? claude,
    all,
    find: (name) => byName.get(name) ?? null,
    ofTask,
    protocolOf,
    ofRun: (task, protocol) => {
      const why = whyLost(task.agent, protocolOf(task.agent) ?? null, protocol);
      return { driver: why === null ? ofTask(task) : goneAgent(task.agent), whyLost: why };
    },
    get: (name) => {
      const driver = byName.get(name);
      if (driver === undefined)
        throw new MakimaError(
          'INVALID_AGENT',
          `There is no agent called ${JSON.stringify(name)}, only ${nameSome([...byName.keys()], 20)}`,
        );
      return driver;
    },
  };
};
