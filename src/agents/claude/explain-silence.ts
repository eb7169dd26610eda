import { firstLine } from '../../../words/first-line.ts';
import type { JsonObject } from '../../domain/json-object.ts';
import { objectAt, objectsAt, parseLine, stringAt, typeOf } from '../json-line.ts';

const maxNameLength = 100;

/**
 * Nothing is printed at all while a UserPromptSubmit hook runs, and `hook_started` alone while a SessionStart hook does;
 * `init` comes before the first call of the API, and before a credential helper is asked (measured with 2.1.330). Not being
 * signed in is said at once, so that only a program that asks for it by itself, such as a keychain, waits for that.
 */
const beforeInit = (line: JsonObject | null): string => {
  const hook = line !== null && stringAt(line, 'subtype') === 'hook_started' ? stringAt(line, 'hook_name') : null;
  if (hook !== null)
    return `its hook ${firstLine(hook, maxNameLength)} has not ended. Look for it in ~/.claude/settings.json and in the repository's .claude/settings.json`;
  return "its session has not begun, which it does within seconds as a rule. Likely a hook (UserPromptSubmit or SessionStart in ~/.claude/settings.json or the repository's .claude/settings.json), a sign-in or keychain that waits for somebody, an MCP server or the network hangs: to see which, run `claude --debug -p hello` in the worktree, as the same user";
};

const runningTool = (line: JsonObject): string | null => {
  const blocks = typeOf(line) === 'assistant' ? objectsAt(objectAt(line, 'message') ?? {}, 'content') : [];
  const use = blocks.find((block) => typeOf(block) === 'tool_use');
  return use === undefined ? null : firstLine(stringAt(use, 'name') ?? 'tool', maxNameLength);
};

/** What an agent that prints nothing is likely to be at, and what to do; without its last full stop. */
export const explainSilence = (lastLine: string | null): string => {
  const line = lastLine === null ? null : parseLine(lastLine);
  const subtype = line !== null && typeOf(line) === 'system' ? stringAt(line, 'subtype') : null;
  if (lastLine === null || subtype === 'hook_started' || subtype === 'hook_response') return beforeInit(line);
  if (subtype === 'init')
    return 'the model has not answered yet. It may think long; else check the network, the proxy settings, ANTHROPIC_BASE_URL and an apiKeyHelper of its settings';
  const tool = line === null ? null : runningTool(line);
  return tool === null
    ? 'it may be working on something long, or hang'
    : `its tool ${tool} has not ended; it may be working on something long, or hang`;
};
