import { version } from '../../version.ts';
import type { AgentLaunch } from '../driver.ts';
import { rpcLine } from '../json-rpc.ts';
import { mcpServersOf } from './mcp-servers.ts';

/** Of what the handshake asks; every other id is a message's, or that of an interrupt. */
export const ids = { greeting: 'initialize', thread: 'thread', anything: 'anything', interrupt: 'interrupt' } as const;

/** What comes in pieces comes once more as a whole, which is enough. */
const pieces = [
  'item/agentMessage/delta',
  'item/plan/delta',
  'item/reasoning/summaryTextDelta',
  'item/reasoning/textDelta',
  'item/commandExecution/outputDelta',
  'item/fileChange/outputDelta',
];

export const greeting = rpcLine({
  id: ids.greeting,
  method: 'initialize',
  params: {
    clientInfo: { name: 'makima', title: 'makima', version },
    capabilities: { experimentalApi: false, requestAttestation: false, optOutNotificationMethods: pieces },
  },
});

/**
 * What codex is held to. Where nobody has said how it is to ask, its own settings count, which are the same as `ask` where there are none:
 * it works in a sandbox of its own and asks before it leaves that.
 */
const permissionsOf = ({ permissions }: AgentLaunch, actsUnasked: boolean): object => {
  if (actsUnasked) return { approvalPolicy: 'never', sandbox: 'danger-full-access' };
  return permissions === 'ask' ? { approvalPolicy: 'on-request', approvalsReviewer: 'user', sandbox: 'workspace-write' } : {};
};

/** Begins the thread of a run, or goes on with that of an earlier one; what was said in it is not told again. */
export const threadRequest = (launch: AgentLaunch, actsUnasked: boolean): string => {
  const { session, cwd, model, effort, mcp } = launch;
  const config = { ...(effort !== null && { model_reasoning_effort: effort }), ...(mcp !== null && { mcp_servers: mcpServersOf(mcp) }) };
  return [
    rpcLine({ method: 'initialized' }),
    rpcLine({
      id: ids.thread,
      method: session === null ? 'thread/start' : 'thread/resume',
      params: {
        ...(session !== null && { threadId: session, excludeTurns: true }),
        cwd,
        ...permissionsOf(launch, actsUnasked),
        ...(model !== null && { model }),
        ...(Object.keys(config).length > 0 && { config }),
      },
    }),
  ].join('');
};
