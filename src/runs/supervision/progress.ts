import type { Usage } from '../../../schemas/task.ts';
import type { AgentConversation, AgentRequest, AgentSignal } from '../../agents/driver.ts';
import { noProgress, type RunProgress } from '../../domain/run-verdict.ts';
import { noUsage } from '../../domain/usage.ts';

/** A line longer than this says nothing to the daemon; it is logged whole all the same. */
const maxLineLength = 16 * 1024 * 1024;

/** A longer one is a tool's result or a text, of which nothing is to be learned. */
const maxLastLine = 65_536;

/** As many as wait for one agent, and more. */
const maxUnread = 1000;

/** What the protocol wanted to be said that the last daemon may not have come to say, far beyond what it reads at once. */
const maxReplies = 200;

/** Requests that are kept of one turn, far beyond what one has. */
const maxAsked = 1000;

/** What is known of a run from its stdout alone, so that reading the file again tells it again. */
export interface ProgressTracker {
  /** How the conversation stands, by what was taken. */
  readonly conversation: Omit<AgentConversation, 'read' | 'recall' | 'usage'>;
  /**
   * @returns the `type` field of the line, where the piece is a whole line with one, what changed, and whether the line that ends with the
   *   piece tells of an earlier run
   */
  take(piece: { text: string; partial: boolean }): { jsonType: string | null; signals: AgentSignal[]; isReplayed: boolean };
  readonly progress: RunProgress;
  /** As its results told it. */
  readonly usage: Usage;
  /** The same with what the turn that is open has used about. */
  readonly usageSoFar: Usage;
  readonly sessionId: string | null;
  /** What it asks in the turn that is open and in the background, answered or not: its output does not tell of an answer. */
  readonly asked: readonly AgentRequest[];
  /** The last of what its protocol wanted to be said, said or not, oldest first. */
  readonly replies: readonly AgentReply[];
  /** The last whole line, empty where it was long; null where there was none. */
  readonly lastLine: string | null;
}

export type AgentReply = Extract<AgentSignal, { kind: 'reply' }>;

const step = (progress: RunProgress, signal: AgentSignal): RunProgress => {
  switch (signal.kind) {
    case 'turn-started':
      return { ...progress, begun: true, turnOpen: true };
    case 'turn-ended':
      return {
        ...progress,
        begun: progress.begun || !signal.isError,
        turnOpen: false,
        lastTurn: { isError: signal.isError, message: signal.message, ...(signal.limit && { limit: { until: signal.limit.until } }) },
        results: progress.results + 1,
        denied: signal.denied ?? [],
      };
    case 'background':
      return { ...progress, background: signal.running };
    case 'message': {
      const others = progress.unread.filter((id) => id !== signal.id);
      return { ...progress, unread: signal.isRead ? others : [...others, signal.id].slice(-maxUnread) };
    }
    case 'session':
    case 'asked':
    case 'withdrawn':
    case 'limited':
    case 'reply':
      return progress;
  }
};

/** @param conversation - the driver's for this run */
export const trackProgress = (conversation: AgentConversation): ProgressTracker => {
  let progress = noProgress;
  let usage = noUsage;
  let sessionId: string | null = null;
  const asked = new Map<string, AgentRequest>();
  const replies: AgentReply[] = [];
  let begun: string | null = null;
  let skipping = false;
  let lastLine: string | null = null;

  /** The whole line, null while it goes on or where it is too long. */
  const assemble = (piece: { text: string; partial: boolean }): string | null => {
    const line = (begun ?? '') + piece.text;
    if (piece.partial) {
      skipping ||= line.length > maxLineLength;
      begun = skipping ? '' : line;
      return null;
    }
    const whole = skipping ? null : line;
    begun = null;
    skipping = false;
    lastLine = whole === null || whole.length > maxLastLine ? '' : whole;
    return whole;
  };

  return {
    conversation,
    replies,
    take(piece) {
      const inOnePiece = begun === null && !piece.partial;
      progress = progress.sawOutput ? progress : { ...progress, sawOutput: true };
      const line = assemble(piece);
      if (line === null) return { jsonType: null, signals: [], isReplayed: false };
      const { jsonType, signals, isReplayed = false } = conversation.read(line);
      for (const signal of signals) {
        progress = step(progress, signal);
        if (signal.kind === 'session') sessionId = signal.sessionId;
        if (signal.kind === 'asked' && asked.size < maxAsked) asked.set(signal.request.id, signal.request);
        if (signal.kind === 'reply' && replies.push(signal) > maxReplies) replies.shift();
        if (signal.kind === 'withdrawn') asked.delete(signal.requestId);
        if (signal.kind !== 'turn-ended') continue;
        usage = signal.usage;
        // What a subagent asks in the background, the end of the agent's own turn leaves open.
        if (progress.background === 0) asked.clear();
      }
      return { jsonType: inOnePiece ? jsonType : null, signals, isReplayed };
    },
    get progress() {
      return progress;
    },
    get usage() {
      return usage;
    },
    get usageSoFar() {
      return conversation.usage;
    },
    get sessionId() {
      return sessionId;
    },
    get asked() {
      return [...asked.values()];
    },
    get lastLine() {
      return lastLine;
    },
  };
};
