import type { CommandGroups } from '../program.ts';
import { addDoctor, addInfo, addOpen } from './about.ts';
import { addAgents } from './agents.ts';
import { addAllow, addApprovals, addDeny } from './approvals.ts';
import { addBranches, addPreview } from './branches.ts';
import { addClone, addComplete } from './bring-out.ts';
import { addCompletion } from './completion.ts';
import { addPause, addResume, addStart, addStop } from './control.ts';
import { addDown, addServe, addUp } from './daemon.ts';
import { addDiff } from './diff.ts';
import { addKeys } from './keys.ts';
import { addAttach, addLogs } from './logs.ts';
import { addLs } from './ls.ts';
import { addMcp } from './mcp.ts';
import { addMerge } from './merge.ts';
import { addMessage, addMessages } from './message.ts';
import { addReview } from './review.ts';
import { addPrune } from './prune.ts';
import { addRestore, addRm } from './remove.ts';
import { addRun } from './run.ts';
import { addShow } from './show.ts';
import { addBudget, addUsage } from './usage.ts';
import { addWait } from './wait.ts';
import { addWebhooks } from './webhooks.ts';

/** All commands, under the headings of the help. */
export const commandGroups: CommandGroups = [
  ['The daemon', [addUp, addDown, addServe, addInfo, addAgents, addDoctor, addOpen, addMcp]],
  ['Tasks', [addRun, addLs, addShow, addWait, addUsage, addBudget]],
  [
    'While they run',
    [addLogs, addAttach, addMessage, addMessages, addApprovals, addAllow, addDeny, addStop, addPause, addResume, addStart],
  ],
  ['Their work', [addDiff, addReview, addComplete, addClone, addBranches, addPreview, addMerge]],
  ['What is kept', [addRm, addPrune, addRestore, addKeys, addWebhooks]],
  ['The shell', [addCompletion]],
];
