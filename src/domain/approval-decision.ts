import type { Approval, ApprovalQuestion, DecideApproval } from '../../schemas/approval.ts';
import { MakimaError } from '../errors.ts';
import { quoteName } from './names/quote-name.ts';

/** What of an input that is put in the place of another is taken, in characters of its JSON: as much as an agent can ask with. */
export const maxInputLength = 1_000_000;

const refuse = (message: string, field: string): MakimaError =>
  new MakimaError('VALIDATION_FAILED', message, { details: { in: 'body', field, rule: 'decision' } });

/** The question that somebody names by its words, by its header, or by its number. */
const questionNamed = (questions: readonly ApprovalQuestion[], name: string): ApprovalQuestion | undefined =>
  questions.find(({ question }) => question === name) ??
  questions.find(({ header }) => header === name) ??
  (/^[1-9]\d?$/.test(name) ? questions[Number(name) - 1] : undefined);

const answersOf = (questions: readonly ApprovalQuestion[], { answers = {}, message }: DecideApproval): Record<string, string> => {
  const given = new Map<string, string>();
  for (const [name, text] of Object.entries(answers)) {
    const found = questionNamed(questions, name);
    if (found === undefined)
      throw refuse(
        `The agent does not ask ${quoteName(name)}: it asks ${questions.map(({ question }) => quoteName(question)).join(', ')}`,
        'answers',
      );
    if (text.trim() === '') throw refuse(`The answer to ${quoteName(found.question)} is empty`, 'answers');
    given.set(found.question, text);
  }
  // Who has but one text, as a shell, answers with it whatever is asked.
  if (message !== undefined && message.trim() !== '')
    for (const { question } of questions) if (!given.has(question)) given.set(question, message);
  if (given.size === 0) throw refuse('A question is allowed by answering it: send answers, or a message; or deny it', 'answers');
  return Object.fromEntries(given);
};

/** What becomes of an approval by a decision, apart from who has made it and when. */
export type Decided = Pick<Approval, 'message' | 'answers' | 'updatedInput' | 'remember'> & { status: 'allowed' | 'denied' };

const words = (text: string | undefined): string | null => (text === undefined || text.trim() === '' ? null : text);

/**
 * What a decision comes to.
 * @throws MakimaError VALIDATION_FAILED where it does not fit what is asked
 */
export const readDecision = (
  { kind, questions, suggestions }: Pick<Approval, 'kind' | 'questions' | 'suggestions'>,
  request: DecideApproval,
): Decided => {
  const { decision, answers, updatedInput, remember = null } = request;
  const isAllowed = decision === 'allow';
  if (answers !== undefined && (!isAllowed || kind === 'tool')) throw refuse('Only a question that is allowed takes answers', 'answers');
  if (updatedInput !== undefined && (!isAllowed || kind === 'question'))
    throw refuse('Only a tool that is allowed takes another input', 'updatedInput');
  if (updatedInput !== undefined && JSON.stringify(updatedInput).length > maxInputLength)
    throw refuse(`updatedInput is longer than ${maxInputLength} characters`, 'updatedInput');
  if (remember !== null && suggestions.length === 0)
    throw refuse('This can only be decided by itself: it is a question, or something dangerous', 'remember');
  if (remember !== null && updatedInput !== undefined)
    throw refuse('What is allowed with another input can not be remembered: it is not what was asked', 'remember');
  return {
    status: isAllowed ? 'allowed' : 'denied',
    message: words(request.message),
    answers: isAllowed && kind === 'question' ? answersOf(questions ?? [], request) : null,
    updatedInput: updatedInput ?? null,
    remember,
  };
};
