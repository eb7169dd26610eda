/** The table of agents as a user writes it: each part by itself, so that what is wrong is told by its place. */
import { agentProtocols, builtInAgents, isBuiltInAgent, type AgentEntry } from '../domain/agent-table.ts';
import { closestName } from '../domain/names/closest-name.ts';
import { isObject } from '../domain/json-object.ts';
import { args, command, jsonValue, oneOf, variables, type Reader } from './setting-readers.ts';

type Entries = Readonly<Record<string, AgentEntry>>;

/** It goes into messages, lists and addresses. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/;

/** info asks each for its version. */
const mostAgents = 50;

const example = '{"my-agent": {"command": "my-agent", "args": ["--acp"]}}';

/** What is wrong with a name; null where nothing is. */
const wrongName = (name: string): string | null => {
  const shown = JSON.stringify(name.slice(0, 60));
  if (name === 'claude')
    return 'claude is set by MAKIMA_CLAUDE_COMMAND, MAKIMA_CLAUDE_PRE_ARGS and MAKIMA_CLAUDE_ARGS; a second one has another name, and "protocol": "claude"';
  return namePattern.test(name)
    ? null
    : `${shown} is no name of an agent: it must be letters, digits and dashes, 40 at the most, and begin with no dash`;
};

/** @returns the entry, or what is wrong with it */
const readEntry = (name: string, written: unknown, readers: Readonly<Record<string, Reader<unknown>>>): AgentEntry | string[] => {
  const badName = wrongName(name);
  if (badName !== null) return [badName];
  if (!isObject(written)) return [`${name} must be a JSON object, such as {"command": "${name}"}`];
  const problems = Object.entries(written).flatMap(([key, value]) => {
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    const known = Object.keys(readers);
    const near = closestName(key, known);
    if (reader === undefined)
      return [
        `${name} has a ${JSON.stringify(key.slice(0, 60))}, which is no part of an agent${near === null ? '' : ` (did you mean ${near}?)`}: they are ${known.join(', ')}`,
      ];
    return reader.read(value) === undefined ? [`${key} of ${name} must be ${reader.must}`] : [];
  });
  if (written['command'] === undefined && !isBuiltInAgent(name))
    problems.push(
      `${name} has no command: it must be the name of a program or the path of one (only ${builtInAgents.join(', ')} are known without it)`,
    );
  if (problems.length > 0) return problems;
  return Object.freeze(Object.fromEntries(Object.entries(written).map(([key, value]) => [key, readers[key]?.read(value)])));
};

const readAgents = (raw: unknown, readers: Readonly<Record<string, Reader<unknown>>>): { agents: Entries; problems: string[] } => {
  const written = jsonValue(raw);
  if (!isObject(written)) return { agents: {}, problems: [`it must be a JSON object of agents by their names, such as ${example}`] };
  const names = Object.entries(written);
  if (names.length > mostAgents) return { agents: {}, problems: [`it has ${names.length} agents: it must be ${mostAgents} at the most`] };
  const read = names.map(([name, entry]) => ({ name, entry: readEntry(name, entry, readers) }));
  const problems = read.flatMap(({ entry }) => (Array.isArray(entry) ? entry : []));
  const agents = read.flatMap(({ name, entry }): [string, AgentEntry][] => (Array.isArray(entry) ? [] : [[name, entry]]));
  return { agents: Object.freeze(Object.fromEntries(agents)), problems };
};

/**
 * A table of agents: a JSON object by their names.
 * @param homedir - stands for `~` in a command
 * @param base - where a relative path of a command begins
 */
export const agentTable = (homedir: string, base: string): Reader<Entries> => {
  const readers = { command: command(homedir, base), args, env: variables, protocol: oneOf(agentProtocols) };
  return {
    must: `a JSON object of agents by their names, such as ${example}`,
    read: (raw) => {
      const { agents, problems } = readAgents(raw, readers);
      return problems.length === 0 ? agents : undefined;
    },
    // Their environment may hold passwords: no value is shown.
    wrong: (raw) => readAgents(raw, readers).problems,
  };
};
