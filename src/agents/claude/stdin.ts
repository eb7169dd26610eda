import { randomUUID } from 'node:crypto';
import type { AgentAnswer, AgentRequest } from '../driver.ts';

/** Stands before a text that claude would run as a command of its own. */
const noCommand = 'This is a message, not a command:\n\n';

/**
 * claude (2.1.330) runs a text as a command where its first character is a slash: `/clear` takes the conversation away. A
 * blank before it is enough against that, and yet such a message is held back until the turn has ended. After words the
 * text is a message like any other, in mid-turn too, and reaches the model as it is.
 */
const asMessage = (text: string): string => (text.trimStart().startsWith('/') ? noCommand + text : text);

/** claude takes a `uuid` with a message and tells by it when the message is queued, and when it is started: given to the model. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A user message as one line of `--input-format stream-json`. JSON escapes every newline and control character:
 * a line that is no JSON ends claude with exit 1 and no result.
 */
export const userMessage = (text: string, id?: string): string =>
  `${JSON.stringify({
    type: 'user',
    ...(id !== undefined && uuid.test(id) && { uuid: id }),
    message: { role: 'user', content: asMessage(text) },
  })}\n`;

/** The request to give up the current turn; the process lives on and takes the next message. While idle it does nothing. */
export const interruptMessage = (): string =>
  `${JSON.stringify({ type: 'control_request', request_id: randomUUID(), request: { subtype: 'interrupt' } })}\n`;

const responseOf = (request: AgentRequest, answer: AgentAnswer): object => {
  if (answer.decision === 'deny')
    return { behavior: 'deny', message: answer.message, ...(answer.interrupt === true && { interrupt: true }) };
  const input = answer.input ?? request.input;
  return { behavior: 'allow', updatedInput: answer.answers === undefined ? input : { ...input, answers: answer.answers } };
};

/** The answer to a `can_use_tool`. What is allowed is done with `updatedInput`, which has to be there in any case. */
export const answerMessage = (request: AgentRequest, answer: AgentAnswer): string =>
  `${JSON.stringify({
    type: 'control_response',
    response: { subtype: 'success', request_id: request.id, response: responseOf(request, answer) },
  })}\n`;
