import type { Routes } from '../src/http/build-http.ts';
import { approvalRoutes } from './approvals.ts';
import { completionRoutes } from './completion.ts';
import { controlRoutes } from './control.ts';
import { documentRoutes } from './documents.ts';
import { eventRoutes } from './events.ts';
import { infoRoutes } from './info.ts';
import { mcpRoutes } from './mcp.ts';
import { mergeRoutes } from './merge.ts';
import { messageRoutes } from './messages.ts';
import { reviewRoutes } from './review.ts';
import { outputRoutes } from './output.ts';
import { metricsRoutes, probeRoutes } from './service.ts';
import { subtaskRoutes } from './subtasks.ts';
import { taskRoutes } from './tasks.ts';
import { toolKeyRoutes } from './tool-keys.ts';
import { usageRoutes } from './usage.ts';
import { webhookRoutes } from './webhooks.ts';
import { webSocketRoutes } from './websocket.ts';
import { worktreeRoutes } from './worktree.ts';

/**
 * The API. Below /api/v1/mesh:
 *
 *   tasks.ts      POST   /tasks                            make
 *                 GET    /tasks                            list
 *                 GET    /tasks/{taskId}                   read
 *                 PUT    /tasks/{taskId}                   change, finish
 *                 DELETE /tasks/{taskId}                   delete
 *   subtasks.ts   GET    /tasks/{taskId}/subtasks          children
 *                 GET    /tasks/{taskId}/tree              everything below
 *   usage.ts      GET    /tasks/{taskId}/usage             what it used, and of its budgets
 *   control.ts    POST   /tasks/{taskId}/start             queue
 *                 POST   /tasks/{taskId}/stop              end
 *                 POST   /tasks/{taskId}/pause, /resume    halt and go on
 *                 GET    /tasks/{taskId}/wait              until it has ended
 *   messages.ts   POST   /tasks/{taskId}/messages          speak to the agent
 *                 POST   /tasks/{taskId}/sibling-context   tell it of a sibling
 *   approvals.ts  GET    /approvals                        what agents ask
 *                 GET    /tasks/{taskId}/approvals        what one asks
 *                 POST   /tasks/{taskId}/approvals/{approvalId}  allow, deny, answer
 *   review.ts     POST   /tasks/{taskId}/review            remarks on its diff
 *   worktree.ts   GET    /tasks/{taskId}/worktree          where it is
 *                 GET    /tasks/{taskId}/diff              what changed
 *                 POST   /tasks/{taskId}/worktree/clone    a copy
 *                 POST   /tasks/{taskId}/worktree/restore  bring a deleted one back
 *                 GET    /targets/exists                   whether a copy could go there
 *   merge.ts      GET    /tasks/{taskId}/branches          what there is to merge
 *                 GET    /tasks/{taskId}/merge/preview     what would conflict
 *                 POST, GET /tasks/{taskId}/merge          begin, look
 *                 POST   /tasks/{taskId}/merge/resolve, /commit, /abort, /skip
 *                 GET    /tasks/{taskId}/merge/check       whether anything is left
 *   completion.ts POST   /tasks/{taskId}/completion        bring the work into a repository
 *   output.ts     GET    /tasks/{taskId}/output            what the agent said and did
 *   events.ts     GET    /tasks/{taskId}/events            everything that happens to it, live
 *                 GET    /events                           the same of all tasks
 *   websocket.ts  GET    /ws                               commands and events over one connection
 *   tool-keys.ts  POST, GET /tasks/{taskId}/tool-keys      make, list
 *                 DELETE /tasks/{taskId}/tool-keys/{keyId} revoke
 *   webhooks.ts   POST, GET /webhooks                      have events posted to an address
 *                 GET, DELETE /webhooks/{webhookId}        how it goes; end it
 *   info.ts       GET    /info                             what the daemon is and has
 *                 GET    /agents                           which agents tasks can have
 *
 * and beside it:
 *
 *   mcp.ts        POST   /mcp                              the Model Context Protocol, with tools for what is above
 *   service.ts    GET    /healthz, /readyz                 whether it lives, whether it takes requests
 *                 GET    /metrics                          for Prometheus
 *   documents.ts  GET    /openapi.json, /openapi.yaml      the contract; /docs shows it
 *                 GET    /asyncapi.yaml                    that of the WebSocket
 *
 * Each group is a scope, with its own prefix, credentials and limits: src/http/scopes/scopes.ts.
 */
export const routes: Routes = {
  mesh: [
    taskRoutes,
    subtaskRoutes,
    usageRoutes,
    controlRoutes,
    messageRoutes,
    approvalRoutes,
    reviewRoutes,
    worktreeRoutes,
    mergeRoutes,
    completionRoutes,
    outputRoutes,
    eventRoutes,
    webSocketRoutes,
    toolKeyRoutes,
    webhookRoutes,
    infoRoutes,
  ],
  mcp: [mcpRoutes],
  probes: [probeRoutes],
  metrics: [metricsRoutes],
  documents: [documentRoutes],
};
