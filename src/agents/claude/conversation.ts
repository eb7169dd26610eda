import type { AgentConversation } from '../driver.ts';
import { claudeReader } from './reader.ts';
import { answerMessage, interruptMessage, userMessage } from './stdin.ts';

/** claude takes messages from its first moment on, and whatever is said to it is worded without regard to what it said before. */
export const claudeConversation = (): AgentConversation => {
  const reader = claudeReader();
  return {
    greeting: null,
    isOpen: true,
    read: reader.read,
    userMessage,
    answerMessage,
    interruptMessage,
    get usage() {
      return reader.usage;
    },
  };
};
