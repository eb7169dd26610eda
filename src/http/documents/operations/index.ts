import { approvalTexts } from './approvals.ts';
import { controlTexts } from './control.ts';
import { mergeTexts } from './merge.ts';
import type { OperationTexts } from './operation.ts';
import { outputTexts } from './output.ts';
import { reviewTexts } from './review.ts';
import { serviceTexts } from './service.ts';
import { taskTexts } from './tasks.ts';
import { webhookTexts } from './webhooks.ts';
import { worktreeTexts } from './worktree.ts';

/** Of every operation: a route that is added without a text here, or a text without its route, fails the test of the document. */
export const operationTexts: OperationTexts = {
  ...taskTexts,
  ...controlTexts,
  ...approvalTexts,
  ...reviewTexts,
  ...worktreeTexts,
  ...mergeTexts,
  ...outputTexts,
  ...webhookTexts,
  ...serviceTexts,
};
