import type { ReviewTask } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { Failure } from '../failure.ts';
import { findTask } from '../find-task.ts';
import { readText } from '../read-text.ts';

type Comment = ReviewTask['comments'][number];

interface Options {
  comment?: string[];
  oldComment?: string[];
  summary?: string;
}

/** `path:line:text`; the path ends before the first number between colons. */
const commentOf = (given: string): Comment => {
  const [, path, line, text] = /^(.+?):(\d+):(.*)$/s.exec(given) ?? [];
  if (path === undefined || line === undefined || text === undefined || text.trim() === '')
    throw new Failure(`${JSON.stringify(given)} is no comment: write it as path:line:text.`);
  return { path, line: Number(line), text: text.trim() };
};

/** What a file says is held against the contract by the daemon. */
const readReview = (text: string): ReviewTask => {
  let review: unknown;
  try {
    review = JSON.parse(text);
  } catch (error) {
    throw new Failure(`The review is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const isReview = (value: unknown): value is ReviewTask =>
    typeof value === 'object' && value !== null && 'comments' in value && Array.isArray(value.comments);
  if (!isReview(review)) throw new Failure('The review is to be {"comments": [{"path", "line", "side", "text"}], "summary"}.');
  return review;
};

const requestOf = async (file: string | undefined, { comment = [], oldComment = [], summary }: Options): Promise<ReviewTask> => {
  const isGiven = comment.length > 0 || oldComment.length > 0 || summary !== undefined;
  if (file !== undefined && isGiven) throw new Failure('Give the review in a file or by options, not both.');
  if (!isGiven) {
    const ways = 'with --comment, --old-comment or --summary, in a file';
    return readReview(await readText(file === '-' ? ['-'] : [], file === '-' ? undefined : file, 'the review', ways));
  }
  return {
    comments: [...comment.map(commentOf), ...oldComment.map((each) => ({ ...commentOf(each), side: 'old' as const }))],
    ...(summary !== undefined && { summary }),
  };
};

const more = (value: string, before: string[] = []): string[] => [...before, value];

export const addReview: AddCommand = (program, cli) => {
  program
    .command('review <task> [file]')
    .description(
      "send remarks on a task's diff to its agent; a task that has ended goes on for it. The file is JSON, as POST …/review takes it; - is standard input",
    )
    .option('-c, --comment <path:line:text>', 'a remark on a line as it is now; may be repeated', more)
    .option('--old-comment <path:line:text>', 'the same on a line as it was before the task', more)
    .option('--summary <text>', 'what is to be said of the whole')
    .action(async (named: string, file: string | undefined, options: Options) => {
      const { screen, isJson } = cli;
      const review = await requestOf(file, options);
      const makima = await cli.connect();
      const sent = await makima.review(await findTask(makima, named), review);
      if (isJson) await screen.printJson(sent);
      else screen.note(sent.delivered ? 'The agent has it.' : 'It is kept, and the agent gets it at the next moment that fits.');
    });
};
