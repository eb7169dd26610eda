import { messageKinds } from '../../../schemas/message.ts';
import { largePlanTokens, roughTokens } from '../../domain/plan-size.ts';
import { orchestratorPrompt } from '../../orchestrator/orchestrator-prompt.ts';
import { subtaskPrompt } from '../../orchestrator/subtask-prompt.ts';
import type { AgentConversation, AgentLaunch } from '../../agents/driver.ts';
import { closeInput, writeInput } from '../../process/write-input.ts';
import type { RunContext } from '../context.ts';
import { worktreeOfStart, type Start } from '../hooks/hook.ts';
import { storeOpeningFile } from './opening-file.ts';

const goOn = 'Go on where you were: your last run ended, and your worktree is as it was left.';
const newWorktree =
  'Your worktree was removed since, and made anew from where it began: look at what is there before you go on with what you were asked.';

const restoredWorktree =
  'Your worktree was put away since, and brought back: what git ignores, such as installed packages and built files, is not in it any more.';

/** What has changed of the worktree since the last run, where that is more than the run left; null where nothing has. */
const changeOf = ({ isNewWorktree, isRestored }: Start): string | null =>
  isNewWorktree ? newWorktree : isRestored ? restoredWorktree : null;

/** The session that a run goes on with; null where it begins a new one, also where there is none yet to go on with. */
export const sessionOf = ({ task, run }: Pick<Start, 'task' | 'run'>): string | null => (run.resume ? task.sessionId : null);

/** The system text and the plan, as one message. */
const planMessage = async ({ store }: Pick<RunContext, 'store'>, start: Start): Promise<string> => {
  const { task, run } = start;
  const worktree = worktreeOfStart(start);
  const source = task.continueFromTaskId === null ? null : await store.getTask(task.continueFromTaskId);
  const facts = {
    name: task.name,
    worktreePath: worktree.path,
    branch: worktree.branch,
    baseBranch: task.baseBranch,
    isSubtask: task.parentTaskId !== null,
    continuedFrom: source?.name ?? null,
    hasEarlierRun: run.number > 1 && !start.isNewWorktree,
    ports: run.ports,
  };
  return `${task.isOrchestrator ? orchestratorPrompt(facts) : subtaskPrompt(facts)}\n\n${task.plan}`;
};

/** The ids of what an agent is told first, which is said once in a run. */
const openingId = 'opening';
const greetingId = 'greeting';

/** What an agent is told first, in its order; at most one where it takes one at a time. */
const openingMessages = async (context: Pick<RunContext, 'store' | 'ledger'>, start: Start): Promise<{ id: string; text: string }[]> => {
  const { task, run, driver } = start;
  const text = sessionOf(start) === null ? await planMessage(context, start) : changeOf(start);
  const opening = text === null ? [] : [{ id: openingId, text }];
  // One that takes none in a turn gets the next when it has ended that.
  const limit = driver.takesMessagesInTurn ? null : 1 - opening.length;
  const waiting = context.store.mayHaveMessages(task.id)
    ? await context.ledger.commit(context.store.handMessages(task.id, run.runId, { kinds: messageKinds, limit }))
    : [];
  const messages = [...opening, ...waiting.map(({ id, text: said }) => ({ id, text: said }))];
  return messages.length > 0 ? messages : [{ id: openingId, text: goOn }];
};

/**
 * Stores what an agent is told first in its run's directory: the plan, or, where it goes on with its session, what it has been told since and
 * does not have, else that it is to go on. Messages that wait follow a plan, too. One that is to be greeted is told the rest when it takes messages.
 * @returns what of it is said in the task's output
 */
export const storeOpening = async (
  context: Pick<RunContext, 'store' | 'ledger'>,
  start: Start,
  launch: AgentLaunch,
  conversation: AgentConversation,
): Promise<string> => {
  const { task, run, driver } = start;
  const { session } = launch;
  const tokens = roughTokens(task.plan);
  if (session === null && tokens > largePlanTokens)
    context.ledger.say(
      task.id,
      `The plan is about ${tokens} tokens; beyond ${largePlanTokens} little of the agent's context is left for the work`,
      'warning',
    );
  const messages = await openingMessages(context, start);
  if (conversation.greeting === null) {
    for (const { id, text } of messages) await writeInput(run.directory, conversation.userMessage(text, id), id);
    if (driver.hasOneTurn) await closeInput(run.directory);
  } else {
    storeOpeningFile(run.directory, { launch, messages });
    await writeInput(run.directory, conversation.greeting, greetingId);
  }
  return session === null ? `Started with a plan of about ${tokens} tokens` : `Going on with the agent's session ${session}`;
};
