/** Every command, by the verb that it calls and the message that answers it. */
import t from 'tap';
import type { CommandName } from '../../schemas/websocket/commands.ts';
import { commandSchemas } from '../../schemas/websocket/commands.ts';
import { answers } from '../../schemas/websocket/messages.ts';
import type { Actions } from '../../src/tasks/actions.ts';
import { taskId, toolKey } from '../http/recorded-actions.ts';
import { serve } from '../http/serve.ts';
import { connect } from './client.ts';

const other = '8f2b8a52-6d0e-4c57-9d5e-0c2a1b7f4e22';

/** Of each command: its fields, and what its verb is called with. */
const cases: Record<CommandName, { fields: Record<string, unknown>; verb: keyof Actions; args: unknown[] }> = {
  spawnTask: {
    fields: { name: 'A', plan: 'B', idempotencyKey: 'once' },
    verb: 'createTask',
    args: [{ name: 'A', plan: 'B', start: true }, 'once'],
  },
  pauseTask: { fields: { taskId }, verb: 'pauseTask', args: [taskId] },
  resumeTask: { fields: { taskId }, verb: 'resumeTask', args: [taskId] },
  interruptTask: { fields: { taskId, graceful: false }, verb: 'stopTask', args: [taskId, { graceful: false }] },
  sendMessage: { fields: { taskId, message: 'hello' }, verb: 'sendMessage', args: [taskId, 'hello'] },
  injectSiblingContext: {
    fields: { taskId, siblingTaskId: other, summary: 'done' },
    verb: 'shareSibling',
    args: [taskId, { siblingTaskId: other, summary: 'done' }],
  },
  listBranches: { fields: { taskId }, verb: 'listBranches', args: [taskId] },
  mergeStart: { fields: { taskId, subtaskId: other }, verb: 'startMerge', args: [taskId, { subtaskId: other }] },
  mergeStatus: { fields: { taskId }, verb: 'mergeStatus', args: [taskId] },
  mergeResolve: {
    fields: { taskId, file: 'a', strategy: 'ours' },
    verb: 'resolveConflict',
    args: [taskId, { file: 'a', strategy: 'ours' }],
  },
  mergeCommit: { fields: { taskId, message: 'merged' }, verb: 'commitMerge', args: [taskId, { message: 'merged' }] },
  mergeAbort: { fields: { taskId }, verb: 'abortMerge', args: [taskId] },
  mergeSkip: {
    fields: { taskId, subtaskId: other, reason: 'no' },
    verb: 'skipSubtask',
    args: [taskId, { subtaskId: other, reason: 'no' }],
  },
  checkMergeComplete: { fields: { taskId }, verb: 'checkMerge', args: [taskId] },
  retryCompletionAction: { fields: { taskId, action: 'merge' }, verb: 'runCompletion', args: [taskId, { action: 'merge' }] },
  cloneWorktree: { fields: { taskId, targetDir: '~/x' }, verb: 'cloneWorktree', args: [taskId, '~/x'] },
  checkTargetExists: { fields: { targetDir: '~/x' }, verb: 'targetExists', args: ['~/x'] },
};

void t.test('each of the seventeen calls the verb of its route with who calls, and is answered', async (t) => {
  const { url, calls } = await serve(t);
  const client = await connect(t, url);
  const keyed = await connect(t, url, { headers: { 'x-makima-tool-key': toolKey } });
  t.equal(Object.keys(commandSchemas).length, 17);
  for (const [type, { fields, verb, args }] of Object.entries(cases)) {
    for (const [each, caller] of [
      [client, { kind: 'owner' }],
      [keyed, { kind: 'tool-key', taskId, keyId: taskId }],
    ] as const) {
      calls.length = 0;
      const answer = await each.ask({ type, ...fields, requestId: 7 });
      t.match(answer, { type: answers[type as CommandName], requestId: 7 }, type);
      t.strictSame(
        calls.filter((call) => call.verb === verb),
        [{ verb, args: [caller, ...args] }],
        type,
      );
    }
  }
  calls.length = 0;
  t.match(await client.ask({ type: 'sendMessage', taskId, message: 'hello', resume: true }), { type: 'messageResult', id: taskId });
  t.strictSame(calls[0]?.args, [{ kind: 'owner' }, taskId, 'hello', { resume: true }]);
});
