/**
 * What a claude sets for the commands, hooks and MCP servers that it starts, measured with 2.1.330 and read in its code
 * (test/claude/parent-agent.e2e.ts holds the list against the installed one). A daemon started from there would hand them
 * to its agents, which would take themselves for a part of that session and speak to its socket with its token.
 *
 * No setting of a user's is among them: CLAUDE_CONFIG_DIR, CLAUDE_CODE_USE_BEDROCK, CLAUDE_CODE_OAUTH_TOKEN stay. So does
 * CLAUDE_ENV_FILE, which is both a setting and set for hooks: it names a file of the user's shell set-up, and an agent
 * without it has lost more than one that reads another session's.
 */
export const claudeParentVariables: readonly string[] = [
  'CLAUDECODE',
  'AI_AGENT',
  'CLAUDE_PID',
  'CLAUDE_EFFORT',
  'CLAUDE_PROJECT_DIR',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_EXECPATH',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_CODE_SESSION_ATTENDED',
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_CHILD_NOTES_DIR',
  'CLAUDE_CODE_LAUNCHED_BY_SESSION_IDS',
  'CLAUDE_CODE_MESSAGING_SOCKET',
  'CLAUDE_CODE_MESSAGING_TOKEN',
  'CLAUDE_CODE_STARTER_MAY_HOLD_CONNECTOR_FILE',
  'CLAUDE_CODE_INVOKED_SKILLS',
  // Of a plugin's hooks.
  'CLAUDE_PLUGIN_ROOT',
  'CLAUDE_PLUGIN_DATA',
  'CLAUDE_PLUGIN_OPTION_*',
  // Of a session in the background.
  'CLAUDE_CODE_SESSION_KIND',
  'CLAUDE_CODE_SESSION_NAME',
  'CLAUDE_JOB_DIR',
  'CLAUDE_BG_*',
  // Of one that the SDK, an editor or a remote control runs.
  'CLAUDE_AGENT_SDK_VERSION',
  'CLAUDE_CODE_SSE_PORT',
  'CLAUDE_CODE_BRIDGE_SESSION_ID',
  // Which `claude -p` takes for the trace that it is a part of.
  'TRACEPARENT',
  'TRACESTATE',
];

/** Where claude's own installers put it, below the home: the native one, `claude migrate-installer` with its two places. */
export const claudeDirectories: readonly string[] = ['.local/bin', '.claude/local', '.claude/local/node_modules/.bin'];
