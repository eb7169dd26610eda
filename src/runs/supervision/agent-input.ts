import type { AgentAnswer, AgentRequest } from '../../agents/driver.ts';
import { MakimaError } from '../../errors.ts';
import type { AcceptedInput } from '../../process/write-input.ts';
import type { AgentProcess } from './agent-process.ts';
import type { ProgressTracker } from './progress.ts';

/** How long an answer to a message waits to be able to say that the agent has it. */
const deliveryWait = 2000;

/** What is said to a running agent. */
export interface AgentInput {
  /**
   * A user message that its task's log has already.
   * @param id - of one that the agent is to get once, also where nobody knows any more whether it was accepted
   * @throws MakimaError AGENT_INPUT_CLOSED, BODY_TOO_LARGE, DISK_FULL
   */
  hand(text: string, id: string): Promise<AcceptedInput>;
  /**
   * A user message.
   * @param id - of one that the agent is to get once, also where nobody knows any more whether it was accepted
   * @throws MakimaError AGENT_INPUT_CLOSED, DISK_FULL
   */
  send(text: string, id?: string): Promise<{ delivered: boolean }>;
  /** The answer to a request of the agent, of which it gets one. @throws MakimaError AGENT_INPUT_CLOSED, DISK_FULL */
  answer(request: AgentRequest, answer: AgentAnswer): Promise<{ delivered: boolean; repeated: boolean }>;
  /** Nothing more will come; an agent that has ended its turn then ends. Can be repeated. */
  close(): Promise<void>;
}

/**
 * @param of.said - called with each message, once it is stored
 * @param of.heard - called when what is to be expected of the agent has changed
 */
export const openAgentInput = (of: {
  agent: AgentProcess;
  tracker: ProgressTracker;
  state: { inputClosed: boolean; askedAfter: number; readonly exited: boolean };
  said: (text: string) => void;
  heard: () => void;
  reached: (point: string) => void;
  detach: AbortSignal;
}): AgentInput => {
  const { agent, tracker, state, detach } = of;

  const delivered = async (accepted: AcceptedInput): Promise<boolean> => {
    const late = AbortSignal.any([AbortSignal.timeout(deliveryWait), detach]);
    try {
      return await accepted.delivered(late);
    } catch (error) {
      // It is stored, and is handed over when the agent reads.
      if (late.aborted) return false;
      throw error;
    }
  };

  const hand = async (text: string, id?: string): Promise<AcceptedInput> => {
    if (state.inputClosed || state.exited) throw new MakimaError('AGENT_INPUT_CLOSED');
    const { results } = tracker.progress;
    const accepted = await agent.write(tracker.conversation.userMessage(text, id), id);
    of.reached('message accepted');
    // One that was accepted before may have its answer already.
    if (!accepted.repeated) state.askedAfter = results;
    of.heard();
    return accepted;
  };

  return {
    hand,
    async send(text, id) {
      const accepted = await hand(text, id);
      if (!accepted.repeated) of.said(text);
      return { delivered: await delivered(accepted) };
    },
    async answer(request, answer) {
      const bytes = tracker.conversation.answerMessage(request, answer);
      if (bytes === null || state.exited) throw new MakimaError('AGENT_INPUT_CLOSED');
      const accepted = await agent.write(bytes, request.id);
      of.reached('answer accepted');
      of.heard();
      return { delivered: await delivered(accepted), repeated: accepted.repeated };
    },
    async close() {
      if (state.inputClosed) return;
      state.inputClosed = true;
      try {
        await agent.closeInput();
      } catch (error) {
        state.inputClosed = false;
        throw error;
      }
      of.heard();
    },
  };
};
