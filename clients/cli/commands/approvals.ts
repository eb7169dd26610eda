import { InvalidArgumentError, Option } from 'commander';
import type { Approval, DecideApproval, Makima } from '../../typescript/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { Failure } from '../failure.ts';
import { findId } from '../find-id.ts';
import { findTask } from '../find-task.ts';
import { askedLines, approvalTable } from '../output/approvals.ts';
import { withinLine } from '../output/plain.ts';

/** The largest answer that there is. */
const limit = 1000;

export const addApprovals: AddCommand = (program, cli) => {
  program
    .command('approvals [task]')
    .description('what agents ask and wait for; of one task where it is named')
    .option('-a, --all', 'what is decided, too')
    .action(async (named: string | undefined, { all }: { all?: boolean }) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const found = await makima.approvals({
        limit,
        ...(all !== true && { status: ['pending'] }),
        ...(named !== undefined && { taskId: await findTask(makima, named) }),
      });
      if (isJson) for (const each of found) await screen.printJson(each);
      else if (found.length === 0) screen.note(all === true ? 'Nothing was asked.' : 'No agent waits for an answer.');
      else await screen.print(approvalTable(found, screen, Date.now()));
    });
};

/** One that waits, by its id or a start of it; of one that does not any more, it is said what became of it. */
const findApproval = async (makima: Makima, typed: string): Promise<Approval> => {
  const pending = await makima.approvals({ status: ['pending'], limit });
  const code = 'APPROVAL_NOT_FOUND';
  const start = typed.toLowerCase();
  const isMeant = ({ id }: Approval): boolean => start !== '' && id.startsWith(start);
  if (pending.some(isMeant)) {
    const id = await findId(typed, () => Promise.resolve(pending), { what: 'approval that waits', code });
    const found = pending.find((each) => each.id === id);
    if (found) return found;
  }
  const over = (await makima.approvals({ limit })).find(isMeant);
  if (over === undefined) throw new Failure(`There is no approval whose id begins with ${JSON.stringify(typed)}.`, { code });
  const how = `It is ${over.status}${over.decidedAt === null ? '' : `, since ${over.decidedAt}`}.`;
  throw new Failure(`There is no approval ${over.id} that waits: it is decided, or the agent waits no more. ${how}`, { code });
};

const decide = async (cli: Cli, typed: string, decisionOf: (approval: Approval) => DecideApproval): Promise<void> => {
  const { screen, isJson } = cli;
  const makima = await cli.connect();
  const approval = await findApproval(makima, typed);
  const decided = await makima.decide(approval, decisionOf(approval));
  if (isJson) return screen.printJson(decided);
  return screen.print(`${decided.id}  ${decided.status}  ${withinLine(askedLines(decided)[0] ?? '')}\n`);
};

const remember = (): Option =>
  new Option('--remember <for>', 'and decide what is like it in the same way: of the task, or of its whole tree').choices(['task', 'tree']);

/** `question=answer`; the first equals sign parts them, unless the question has it. */
const toAnswer = (text: string, before: readonly [string, string][] | undefined): [string, string][] => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is question=answer, with the question, its header or its number.');
  return [...(before ?? []), [text.slice(0, at), text.slice(at + 1)]];
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const toInput = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InvalidArgumentError('It is a JSON object, such as {"command": "npm test"}.');
};

interface AllowOptions {
  answer?: [string, string][];
  input?: Record<string, unknown>;
  remember?: 'task' | 'tree';
}

const words = (given: readonly string[]): { message?: string } => (given.length === 0 ? {} : { message: given.join(' ') });

export const addAllow: AddCommand = (program, cli) => {
  program
    .command('allow <approval> [answer...]')
    .description('let an agent do what it asks for, or answer its question; by the id of the approval or a start of it')
    .option(
      '--answer <question=answer>',
      'to one of several questions, by its words, its header or its number; repeated for each',
      toAnswer,
    )
    .option('--input <json>', 'let the tool do this in the place of what was asked', toInput)
    .addOption(remember())
    .action((typed: string, given: string[], { answer, input, remember: scope }: AllowOptions) =>
      decide(cli, typed, () => ({
        decision: 'allow',
        ...words(given),
        ...(answer !== undefined && { answers: Object.fromEntries(answer) }),
        ...(input !== undefined && { updatedInput: input }),
        ...(scope !== undefined && { remember: scope }),
      })),
    );
};

export const addDeny: AddCommand = (program, cli) => {
  program
    .command('deny <approval> [why...]')
    .description('do not let an agent do what it asks for, and say why: it goes on with that')
    .addOption(remember())
    .action((typed: string, given: string[], { remember: scope }: Pick<AllowOptions, 'remember'>) =>
      decide(cli, typed, () => ({ decision: 'deny', ...words(given), ...(scope !== undefined && { remember: scope }) })),
    );
};
