/** The scripted agents that stand for their protocols. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { agentPath, plainly } from '../../support/daemon.ts';
import { oneTurnAgent } from '../../support/one-turn.ts';
import type { AgentUnderTest, Words } from './agent-under-test.ts';

const call = (command: string): string => JSON.stringify({ tool: 'Bash', input: { command } });

/** Those of test/fixtures/agents/lib/directives.js. */
export const scriptedWords: Words = {
  say: (text) => `SAY: ${text}`,
  run: (command) => `DO: ${call(command)}`,
  ask: (command) => `ASK: ${call(command)}`,
  fail: (words) => `FAIL: ${words}`,
  recall: 'What have you heard?',
  question: (question, options) => `QUESTION: ${JSON.stringify({ question, options })}`,
  line: (text) => `LINE: ${text}`,
  bytes: (hex) => `BYTES: ${hex}`,
};

const forget = (worktree: string, sessionId: string): void => rmSync(join(worktree, '..', `session-${sessionId}`));

const scriptedClaude: AgentUnderTest = {
  title: 'claude',
  agent: 'claude',
  settings(_t, { asks, command = agentPath('does-as-told') }) {
    const [program, args] = plainly(command);
    return { MAKIMA_CLAUDE_COMMAND: program, MAKIMA_CLAUDE_PRE_ARGS: JSON.stringify(args), MAKIMA_ENABLE_PERMISSIONS: String(asks) };
  },
  words: scriptedWords,
  isGreeted: false,
  can: { ask: true, interrupt: true, messageInTurn: true, tokens: true, cost: true, refuseModel: null, forget },
};

/** As it goes on with a session by being told all of it again, or silently. */
const scriptedAcp = (title: string, ...offers: string[]): AgentUnderTest => ({
  title,
  agent: 'scripted',
  settings(_t, { asks, command = agentPath('acp') }) {
    const [program, args] = plainly(command, 'models=small,large', ...offers);
    return {
      MAKIMA_AGENTS: JSON.stringify({ scripted: { command: program, args, protocol: 'acp' } }),
      MAKIMA_ENABLE_PERMISSIONS: String(asks),
    };
  },
  words: scriptedWords,
  isGreeted: true,
  can: { ask: true, interrupt: true, messageInTurn: false, tokens: false, cost: false, refuseModel: 'enormous', forget },
});

const scriptedOneTurn: AgentUnderTest = {
  title: 'one turn a process',
  agent: 'one-turn',
  settings: (_t, { command }) => oneTurnAgent(command),
  words: { ...scriptedWords, question: null },
  isGreeted: false,
  can: { ask: false, interrupt: true, messageInTurn: false, oneTurn: true, tokens: true, cost: false, refuseModel: null, forget },
};

export const withLoad = scriptedAcp('ACP, with session/load');
const withResume = scriptedAcp('ACP, with session/resume', 'resume', 'no-load', 'text-ids', 'modes=ask,yolo');

/** Over whose runs the daemon is killed; what of claude's is special to it, and what is common, is killed among the tests of runs. */
export const killedAgents: readonly AgentUnderTest[] = [withLoad, scriptedOneTurn];

/** What is tested beside the quick tests, which have the first. */
export const others: readonly AgentUnderTest[] = [scriptedClaude, withResume, scriptedOneTurn];
