import { randomUUID } from 'node:crypto';

/**
 * A user message as one line of `--input-format stream-json`. JSON escapes every newline and control character:
 * a line that is no JSON ends claude with exit 1 and no result.
 */
export const userMessage = (text: string): string => `${JSON.stringify({ type: 'user', message: { role: 'user', content: text } })}\n`;

/** The request to give up the current turn; the process lives on and takes the next message. While idle it does nothing. */
export const interruptMessage = (): string =>
  `${JSON.stringify({ type: 'control_request', request_id: randomUUID(), request: { subtype: 'interrupt' } })}\n`;
