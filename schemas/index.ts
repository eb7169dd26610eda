import { Approval, DecideApproval } from './approval.ts';
import { Delivered, Health, OutputEvent, OutputPage, TaskPage, TaskTree } from './answers.ts';
import { CompletionResult, RunCompletion } from './completion.ts';
import { ErrorBody } from './common.ts';
import { Gap, SnapshotEnd, StreamEvent, TaskEvent } from './event.ts';
import { Agent, DiskUsage, Info } from './info.ts';
import {
  CommitMerge,
  MergeCheck,
  MergeConflict,
  MergeDone,
  MergeOutlook,
  MergePreview,
  MergeResult,
  MergeStatus,
  ResolveConflict,
  SkipSubtask,
  StartMerge,
  SubtaskBranch,
} from './merge.ts';
import { WaitingMessage } from './message.ts';
import { ReviewTask } from './review.ts';
import { CloneWorktree, CreateTask, CreateToolKey, SendMessage, SiblingContext, StartTask, StopTask, UpdateTask } from './task-requests.ts';
import { ListedTask, Task } from './task.ts';
import { NewToolKey, ToolKey } from './tool-key.ts';
import { UsageReport } from './usage.ts';
import { CreateWebhook, NewWebhook, Webhook, WebhookMessage } from './webhook.ts';
import { CloneResult, FileChange, RemovedWorktree, TargetExists, WorktreeInfo } from './worktree.ts';

/** Every shape with a name: the components of openapi.yaml. */
export const namedSchemas = [
  Task,
  ListedTask,
  TaskPage,
  TaskTree,
  UsageReport,
  CreateTask,
  UpdateTask,
  StartTask,
  StopTask,
  SendMessage,
  SiblingContext,
  ReviewTask,
  Delivered,
  Approval,
  DecideApproval,
  WaitingMessage,
  WorktreeInfo,
  RemovedWorktree,
  FileChange,
  CloneWorktree,
  CloneResult,
  TargetExists,
  RunCompletion,
  CompletionResult,
  SubtaskBranch,
  MergeConflict,
  MergePreview,
  MergeOutlook,
  StartMerge,
  MergeResult,
  MergeStatus,
  ResolveConflict,
  CommitMerge,
  MergeDone,
  SkipSubtask,
  MergeCheck,
  TaskEvent,
  SnapshotEnd,
  Gap,
  StreamEvent,
  OutputEvent,
  OutputPage,
  CreateToolKey,
  NewToolKey,
  ToolKey,
  CreateWebhook,
  NewWebhook,
  Webhook,
  WebhookMessage,
  DiskUsage,
  Agent,
  Info,
  Health,
  ErrorBody,
];
