import { MakimaError } from '../../errors.ts';
import { readOpeningFile } from '../messages/opening-file.ts';
import type { AgentReply } from './progress.ts';
import type { WatchedRun, WatchParts } from './run-state.ts';

/** What is said to an agent because its protocol wants it, beside messages and answers. Everything has an id, and is said once however often a daemon dies. */
export interface Protocol {
  /** What its last lines want to be said. @throws MakimaError DISK_FULL */
  say(replies: readonly AgentReply[]): Promise<void>;
  /** Tells an agent that was greeted what it is to be told first, once it takes messages. @returns whether it did so now */
  open(): Promise<boolean>;
  /** What an earlier daemon may not have come to say. */
  resume(): Promise<void>;
}

/** The protocol's part of the conversation with an agent that is looked after. */
export const openProtocol = (
  context: Pick<WatchParts, 'reached'>,
  { run, agent, tracker, state, say: note }: Pick<WatchedRun, 'run' | 'agent' | 'tracker' | 'state' | 'say'>,
): Protocol => {
  const { conversation } = tracker;
  let isNoted = false;

  /**
   * One whose input is closed, or that has ended, wants nothing to be said any more. What is too long for it, or for one that reads nothing,
   * gets no shorter by being said again: it would keep the run from being heard to its end.
   */
  const write = async (bytes: string, id: string): Promise<void> => {
    if (state.inputClosed || state.exited) return;
    try {
      await agent.write(bytes, id);
    } catch (error) {
      if (!(error instanceof MakimaError && ['AGENT_INPUT_CLOSED', 'BODY_TOO_LARGE'].includes(error.code))) throw error;
      if (error.code === 'BODY_TOO_LARGE' && !isNoted) note(`The agent is not told all that its protocol wants: ${error.message}`);
      isNoted ||= error.code === 'BODY_TOO_LARGE';
    }
  };

  const say = async (replies: readonly AgentReply[]): Promise<void> => {
    for (const { bytes, id } of replies) await write(bytes, id);
    if (replies.length > 0) context.reached('replies written');
  };

  const open = async (): Promise<boolean> => {
    if (state.opened || !conversation.isOpen) return false;
    for (const { id, text } of readOpeningFile(run.directory)?.messages ?? []) await write(conversation.userMessage(text, id), id);
    state.opened = true;
    context.reached('opening written');
    return true;
  };

  return {
    say,
    open,
    async resume() {
      await say(tracker.replies);
      await open();
    },
  };
};
