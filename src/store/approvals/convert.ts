/** Records of what agents ask to rows and back. */
import type { Insertable, Selectable } from 'kysely';
import type { ApprovalQuestion, ApprovalRule } from '../../../schemas/approval.ts';
import { isObject } from '../../domain/json-object.ts';
import { field, orNull, reader, write } from '../rows.ts';
import type { Tables } from '../tables.ts';
import type { ApprovalRecord, RememberedRule } from './approval-records.ts';

const readObject = reader(isObject);
const readAnswers = reader(
  (value): value is Record<string, string> => isObject(value) && Object.values(value).every((item) => typeof item === 'string'),
);
const readQuestions = reader(
  (value): value is ApprovalQuestion[] =>
    Array.isArray(value) && value.every((item) => typeof field(item, 'question') === 'string' && Array.isArray(field(item, 'options'))),
);
const readRules = reader(
  (value): value is ApprovalRule[] => Array.isArray(value) && value.every((item) => typeof field(item, 'tool') === 'string'),
);

export const approvalOf = ({ seq, ...row }: Selectable<Tables['approvals']>): ApprovalRecord => ({
  ...row,
  input: readObject(row.input),
  questions: orNull(row.questions, readQuestions),
  suggestions: readRules(row.suggestions),
  answers: orNull(row.answers, readAnswers),
  updatedInput: orNull(row.updatedInput, readObject),
});

export const approvalRow = (approval: ApprovalRecord): Insertable<Tables['approvals']> => ({
  ...approval,
  input: JSON.stringify(approval.input),
  questions: write(approval.questions),
  suggestions: JSON.stringify(approval.suggestions),
  answers: write(approval.answers),
  updatedInput: write(approval.updatedInput),
});

export const rememberedRuleOf = ({ seq, ...row }: Selectable<Tables['approval_rules']>): RememberedRule => ({
  ...row,
  input: orNull(row.input, readObject),
});

export const rememberedRuleRow = (rule: RememberedRule): Insertable<Tables['approval_rules']> => ({ ...rule, input: write(rule.input) });
