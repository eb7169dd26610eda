import { issueToolKey, revokeToolKeys } from '../../ledger/tool-key.ts';
import type { RunContext } from '../context.ts';
import type { RunHook } from './hook.ts';

/**
 * An orchestrator's key for the API, in its environment for the helper script, and with makima's own tools over MCP. It lives as long as its
 * run: it dies at once when a stop is asked for, so that what its agent still asks for in its grace is refused, and before an end is judged,
 * so that no subtask is made meanwhile.
 */
export const toolKey = (context: Pick<RunContext, 'store' | 'ledger' | 'apiUrl' | 'now' | 'newId' | 'reached'>): RunHook => ({
  name: 'tool key',
  async prepare({ task, run }) {
    if (!task.isOrchestrator) return undefined;
    const { key } = await issueToolKey(context.store, {
      id: context.newId(),
      taskId: task.id,
      label: `run ${run.number}`,
      createdAt: context.now().toISOString(),
      expiresAt: null,
      runId: run.runId,
    });
    await context.ledger.flush();
    const url = context.apiUrl();
    return {
      env: { MAKIMA_API_URL: url, MAKIMA_API_KEY: key, MAKIMA_TASK_ID: task.id },
      launch: {
        mcp: { makima: { type: 'http', url: `${url}/mcp`, headers: { 'X-Makima-Tool-Key': '${MAKIMA_API_KEY}' } } },
        secrets: { MAKIMA_API_KEY: key },
      },
    };
  },
  undo: ({ task, run }) => revokeToolKeys(context, task.id, run.runId),
  stopping: ({ taskId, runId }) => revokeToolKeys(context, taskId, runId),
  async ended({ task, run }) {
    await revokeToolKeys(context, task.id, run.runId);
    context.reached('keys revoked');
  },
});
