import type { FileChange } from '../../../schemas/worktree.ts';
import { closestName } from '../../domain/names/closest-name.ts';
import { quoteName } from '../../domain/names/quote-name.ts';
import { MakimaError } from '../../errors.ts';
import { readAfter } from '../../http/requests/event-place.ts';
import { cut } from '../answers/bounds.ts';
import { readLines } from '../answers/patch-lines.ts';
import { reads, tool, type Tool, type ToolAnswer, type ToolCall } from '../tool.ts';

const usualTail = 200;
/** Characters of a page of output. */
const pageLength = 12_000;
/** The most changed files that are named. */
const mostFiles = 200;

const countsOf = ({ additions, deletions }: FileChange): string =>
  additions === null || deletions === null ? 'binary' : `+${additions} -${deletions}`;

const fileLine = (change: FileChange): string =>
  `${change.status}\t${countsOf(change)}\t${quoteName(change.path)}${change.oldPath === undefined ? '' : ` (was ${quoteName(change.oldPath)})`}\n`;

const listFiles = (changes: readonly FileChange[]): ToolAnswer => {
  const files = changes.slice(0, mostFiles);
  const leftOut = changes.length - files.length;
  const more = leftOut === 0 ? '' : `(${leftOut} more files)\n`;
  return {
    text: changes.length === 0 ? 'Nothing is changed.\n' : files.map(fileLine).join('') + more,
    data: { count: changes.length, files, ...(leftOut > 0 && { leftOut }) },
  };
};

const patchOfFile = async ({ actions, caller }: ToolCall, taskId: string, file: string, fromLine: number): Promise<ToolAnswer> => {
  const changes = await actions.diffFiles(caller, taskId);
  const change = changes.find(({ path }) => path === file);
  if (!change) {
    const close = closestName(
      file,
      changes.map(({ path }) => path),
    );
    const meant = close === null ? '' : `; perhaps ${JSON.stringify(close)} is meant`;
    throw new MakimaError('VALIDATION_FAILED', `The task has not changed a file ${JSON.stringify(cut(file, 200))}${meant}`);
  }
  if (change.additions === null) return { text: `${fileLine(change)}A binary file: look at it in the worktree.\n` };
  const patch = await actions.diffPatch(caller, taskId, [change.path, ...(change.oldPath === undefined ? [] : [change.oldPath])]);
  const { text, nextLine } = await readLines(patch, fromLine);
  const more = nextLine === null ? '' : `(cut here: call again with fromLine ${nextLine} for the rest)\n`;
  return { text: (text === '' ? 'There is no such line: the patch ends before it.\n' : text) + more };
};

/** What agents said, did and changed. These are long: what does not fit is had by further calls. */
export const readingTools: readonly Tool[] = [
  tool(
    'read_output',
    {
      title: "Read a task's output",
      description:
        'What its agent said and did, as lines to read, and how it ended: the end of it, or with after what came since an answer before.',
      hints: reads,
    },
    async ({ actions, caller }, { taskId, after, tail = after === undefined ? usualTail : undefined }) => {
      const { text, leftOut, cursor, hasMore } = await actions.readableOutputPage(caller, taskId, {
        after: readAfter(after) ?? 0,
        ...(tail !== undefined && { tail }),
        maxCharacters: pageLength,
      });
      const earlier =
        tail !== undefined && leftOut > 0 ? `(${leftOut} characters before are left out; after "0" reads from the beginning)\n` : '';
      const within = tail === undefined && leftOut > 0 ? `(${leftOut} characters of this line are left out)\n` : '';
      const next = `(${hasMore ? 'there is more' : 'that is all so far'}: after ${JSON.stringify(cursor)} goes on from here)\n`;
      return { text: earlier + text + within + next };
    },
  ),
  tool(
    'read_diff',
    {
      title: "Read a task's changes",
      description:
        'What a task has changed since its base, committed or not: the files with their counts of added and deleted lines, or with file the patch of one.',
      hints: reads,
    },
    async (call, { taskId, file, fromLine = 1 }) =>
      file === undefined ? listFiles(await call.actions.diffFiles(call.caller, taskId)) : patchOfFile(call, taskId, file, fromLine),
  ),
];
