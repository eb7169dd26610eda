import type { Actions } from './actions.ts';
import type { Parts } from './parts.ts';
import * as verbs from './verbs.ts';

/** Every verb, bound to the parts that it works with. */
export const createActions = (parts: Parts): Actions => {
  const bind =
    <Args extends unknown[], Answer>(verb: (parts: Parts, ...args: Args) => Answer) =>
    (...args: Args): Answer =>
      verb(parts, ...args);
  return {
    decideApproval: bind(verbs.decideApproval),
    listApprovals: bind(verbs.listApprovals),
    listTaskApprovals: bind(verbs.listTaskApprovals),
    cloneWorktree: bind(verbs.cloneWorktree),
    targetExists: bind(verbs.targetExists),
    createTask: bind(verbs.createTask),
    info: bind(verbs.info),
    listAgents: bind(verbs.listAgents),
    deleteTask: bind(verbs.deleteTask),
    followAll: bind(verbs.followAll),
    followTask: bind(verbs.followTask),
    lastPlace: bind(verbs.lastPlace),
    pauseTask: bind(verbs.pauseTask),
    resumeTask: bind(verbs.resumeTask),
    readableOutput: bind(verbs.readableOutput),
    readableOutputPage: bind(verbs.readableOutputPage),
    readOutput: bind(verbs.readOutput),
    streamOutput: bind(verbs.streamOutput),
    getTask: bind(verbs.getTask),
    getTree: bind(verbs.getTree),
    getUsage: bind(verbs.getUsage),
    listSubtasks: bind(verbs.listSubtasks),
    listTasks: bind(verbs.listTasks),
    diffFiles: bind(verbs.diffFiles),
    diffPatch: bind(verbs.diffPatch),
    getWorktree: bind(verbs.getWorktree),
    removeWorktree: bind(verbs.removeWorktree),
    restoreWorktree: bind(verbs.restoreWorktree),
    reviewTask: bind(verbs.reviewTask),
    runCompletion: bind(verbs.runCompletion),
    listMessages: bind(verbs.listMessages),
    sendMessage: bind(verbs.sendMessage),
    withdrawMessage: bind(verbs.withdrawMessage),
    shareSibling: bind(verbs.shareSibling),
    startTask: bind(verbs.startTask),
    stopTask: bind(verbs.stopTask),
    callerOfToolKey: bind(verbs.callerOfToolKey),
    createToolKey: bind(verbs.createToolKey),
    deleteToolKey: bind(verbs.deleteToolKey),
    listToolKeys: bind(verbs.listToolKeys),
    createWebhook: bind(verbs.createWebhook),
    deleteWebhook: bind(verbs.deleteWebhook),
    getWebhook: bind(verbs.getWebhook),
    listWebhooks: bind(verbs.listWebhooks),
    updateTask: bind(verbs.updateTask),
    waitForTask: bind(verbs.waitForTask),
    abortMerge: bind(verbs.abortMerge),
    commitMerge: bind(verbs.commitMerge),
    mergeStatus: bind(verbs.mergeStatus),
    resolveConflict: bind(verbs.resolveConflict),
    previewAll: bind(verbs.previewAll),
    previewMerge: bind(verbs.previewMerge),
    checkMerge: bind(verbs.checkMerge),
    listBranches: bind(verbs.listBranches),
    skipSubtask: bind(verbs.skipSubtask),
    startMerge: bind(verbs.startMerge),
  };
};
