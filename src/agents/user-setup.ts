import { claudeDirectories, claudeParentVariables } from './claude/user-setup.ts';

/**
 * What agents set for what they run, as names or prefixes ending in `*`: nobody who is started by an agent is to hand them to another, which
 * would take itself for a part of that session, or speak to the editor or the server of it.
 *
 * Read in the programs of codex 0.169 and seen of 0.171, gemini 0.61, opencode 1.18, qwen 0.24 and in the documentation of copilot and goose. No setting of
 * a user's is among them: CODEX_HOME, GEMINI_API_KEY, GEMINI_MODEL, OPENCODE_CONFIG, QWEN_HOME, COPILOT_HOME, GOOSE_PROVIDER and the like
 * stay. So does AGENT, which opencode and goose set, and whose name is too general to be theirs alone.
 */
export const parentAgentVariables: readonly string[] = [
  ...claudeParentVariables,
  // codex: of its sandbox, its session, and how it was started.
  'CODEX_SANDBOX',
  'CODEX_SANDBOX_NETWORK_DISABLED',
  'CODEX_CI',
  'CODEX_THREAD_ID',
  'CODEX_SESSION_ID',
  'CODEX_TOOL_CALL_ID',
  'CODEX_APPLY_PATCH_PRESERVE_LINE_ENDINGS',
  'CODEX_MANAGED_BY_NPM',
  'CODEX_MANAGED_BY_BUN',
  'CODEX_MANAGED_PACKAGE_ROOT',
  'CODEX_VERSION',
  'CODEX_INTERNAL_ORIGINATOR_OVERRIDE',
  // gemini: of its commands, its hooks, and the editor that it speaks to.
  'GEMINI_CLI',
  'GEMINI_CLI_NO_RELAUNCH',
  'GEMINI_CLI_WORKTREE_HANDLED',
  'GEMINI_CLI_IDE_*',
  'GEMINI_SESSION_ID',
  'GEMINI_PROJECT_DIR',
  'GEMINI_PLANS_DIR',
  'GEMINI_CWD',
  // opencode.
  'OPENCODE',
  'OPENCODE_PID',
  // qwen: as gemini, from which it comes.
  'QWEN_CODE',
  'QWEN_CODE_CLI',
  'QWEN_CODE_IDE_*',
  'QWEN_CODE_LAUNCHER_PID',
  'QWEN_CODE_NO_RELAUNCH',
  'QWEN_CODE_PROJECT_DIR',
  'QWEN_CODE_PROMPT_ID',
  'QWEN_CODE_SERVE',
  'QWEN_CODE_SESSION_ID',
  'QWEN_CODE_STARTUP_VERSION',
  // copilot.
  'COPILOT_CLI',
  'COPILOT_AGENT_SESSION_ID',
  'COPILOT_CLI_BINARY_VERSION',
  // goose.
  'GOOSE_TERMINAL',
  'AGENT_SESSION_ID',
];

/** Where the agents' own installers put them, below the home; npm and Homebrew put them where they put everything. */
export const agentDirectories: readonly string[] = [...claudeDirectories, '.opencode/bin'];
