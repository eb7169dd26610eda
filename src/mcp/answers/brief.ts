import type { Task } from '../../../schemas/task.ts';
import type { TaskTree } from '../../tasks/actions.ts';
import { cut, maxField, maxText } from './bounds.ts';

/** Of one field of a task that is one of many, in characters. */
const maxListed = 300;
const mostWarnings = 10;
const maxWarning = 500;
const mostIds = 20;

const cutOrNull = (text: string | null, max: number): string | null => (text === null ? null : cut(text, max));

const waitOf = ({ waitsFor }: Task): Task['waitsFor'] => {
  if (waitsFor?.taskIds === undefined) return waitsFor;
  return { ...waitsFor, taskIds: waitsFor.taskIds.slice(0, mostIds) };
};

/** What an agent needs to know of a task that is one of many, to go on with it. */
export const brief = (task: Task) => ({
  id: task.id,
  name: cut(task.name, maxListed),
  status: task.status,
  waitsFor: waitOf(task),
  isOrchestrator: task.isOrchestrator,
  parentTaskId: task.parentTaskId,
  agent: task.agent,
  model: task.model,
  branch: task.branch,
  worktree: task.overlayPath,
  progressSummary: cutOrNull(task.progressSummary, maxListed),
  errorMessage: cutOrNull(task.errorMessage, maxListed),
  warnings: task.warnings.slice(0, mostWarnings).map(({ code }) => code),
  completion: task.completion && { action: task.completion.action, status: task.completion.status, prUrl: task.completion.prUrl },
  costUsd: task.usage?.costUsd ?? null,
  startedAt: task.startedAt,
  completedAt: task.completedAt,
});

/** Where these are so long that an agent would not be shown all of them. */
const briefest = ({ id, name, status }: Task) => ({ id, name: cut(name, 100), status, leftOut: 'show_task has more' });

/** Tasks of a list, together no longer than an answer may be. */
export const briefAll = (tasks: readonly Task[]): Record<string, unknown>[] => {
  const all = tasks.map(brief);
  return JSON.stringify(all).length > maxText ? tasks.map(briefest) : all;
};

/** A task whose long fields are cut. @param max - characters of one */
export const shortened = (task: Task, max = maxField): Task => ({
  ...task,
  plan: cut(task.plan, max),
  progressSummary: cutOrNull(task.progressSummary, max),
  errorMessage: cutOrNull(task.errorMessage, max),
  warnings: task.warnings.slice(0, mostWarnings).map(({ code, message }) => ({ code, message: cut(message, maxWarning) })),
  completion: task.completion && { ...task.completion, message: cutOrNull(task.completion.message, max) },
});

/** A task by itself. */
export const detailed = (whole: Task): Record<string, unknown> => {
  const task = shortened(whole);
  return {
    ...brief(task),
    plan: task.plan,
    progressSummary: task.progressSummary,
    errorMessage: task.errorMessage,
    warnings: task.warnings,
    completion: task.completion,
    effort: task.effort,
    budget: task.budget,
    usage: task.usage,
    repositoryUrl: task.repositoryUrl,
    baseBranch: task.baseBranch,
    completionAction: task.completionAction,
    continueFromTaskId: task.continueFromTaskId,
    dependsOn: task.dependsOn.slice(0, mostIds),
    sessionId: task.sessionId,
    createdAt: task.createdAt,
  };
};

/** So many tasks of a tree are told. */
const mostOfTree = 100;

/** A tree with no more of its tasks than an agent reads; where some are left out, their number stands in their place. */
export const briefTree = (tree: TaskTree): Record<string, unknown> => {
  let left = mostOfTree;
  const grow = ({ subtasks, ...task }: TaskTree): Record<string, unknown> => {
    const shown = subtasks.slice(0, left);
    left -= shown.length;
    const { id, status, agent, branch } = task;
    return {
      ...{ id, name: cut(task.name, 100), status, waitsFor: task.waitsFor?.kind ?? null, agent, branch },
      subtasks: shown.map(grow),
      ...(shown.length < subtasks.length && { subtasksLeftOut: subtasks.length - shown.length }),
    };
  };
  return grow(tree);
};
