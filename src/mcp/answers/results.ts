import type { CallToolResult } from '@modelcontextprotocol/server';
import { errorBody, fromOutside } from '../../http/answers/error-answers.ts';
import type { MakimaError } from '../../errors.ts';
import type { ToolAnswer } from '../tool.ts';
import { cut, maxField } from './bounds.ts';

/** The most items of what an error brings, such as the files with conflicts. */
const mostDetails = 100;

const shownDetails = (details: MakimaError['details']): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.slice(0, mostDetails) : typeof value === 'string' ? cut(value, maxField) : value,
    ]),
  );

/** What a tool answers, as the protocol has it. */
export const toResult = ({ text, data }: ToolAnswer): CallToolResult => ({
  content: [{ type: 'text', text }],
  ...(data !== undefined && { structuredContent: data }),
});

/**
 * A refusal, for the model that called: what happened and what to do, with its code. It is no error of the protocol.
 * @param prefix - what stands in front of our paths for this caller
 */
export const toErrorResult = (error: MakimaError, prefix: string): CallToolResult => {
  const { code, ...body } = errorBody(error, cut(fromOutside(error, prefix), maxField));
  const details = shownDetails(error.details);
  // Of what does not fit the schema the message says all.
  const more = code === 'VALIDATION_FAILED' || Object.keys(details).length === 0 ? '' : `\n${JSON.stringify(details)}`;
  return {
    content: [{ type: 'text', text: `${code}: ${body.message}${more}` }],
    structuredContent: { ...details, code, statusCode: body.statusCode, message: body.message },
    isError: true,
  };
};
