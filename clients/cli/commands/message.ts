import type { WaitingMessage } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { findId } from '../find-id.ts';
import { findTask } from '../find-task.ts';
import { withinLine } from '../output/plain.ts';
import { table, type Column } from '../output/table.ts';
import { shortTime } from '../output/times.ts';
import { readText } from '../read-text.ts';

interface MessageOptions {
  file?: string;
  resume?: boolean;
}

export const addMessage: AddCommand = (program, cli) => {
  program
    .command('message <task> [text...]')
    .description('say something more to the agent of a task; the text is an argument, a file or standard input (-)')
    .option('-f, --file <path>', 'the text is in this file')
    .option('-r, --resume', 'a task that has ended goes on for it, with the session of its agent')
    .action(async (named: string, words: string[], { file, resume }: MessageOptions) => {
      const { screen, isJson } = cli;
      const message = await readText(words, file, 'the message');
      const makima = await cli.connect();
      const sent = await makima.sendMessage(await findTask(makima, named), message, { ...(resume === true && { resume }) });
      if (isJson) await screen.printJson(sent);
      else screen.note(sent.delivered ? 'The agent has it.' : 'It is kept, and the agent gets it at the next moment that fits.');
    });
};

const columns: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'STATE' },
  { heading: 'KIND' },
  { heading: 'AGE', isNumber: true },
  { heading: 'MESSAGE', shrinksTo: 20 },
];

const rowOf = ({ id, state, kind, createdAt, message }: WaitingMessage): string[] => [
  id.slice(0, 8),
  state,
  kind,
  shortTime(Date.now() - Date.parse(createdAt)),
  withinLine(message),
];

export const addMessages: AddCommand = (program, cli) => {
  program
    .command('messages <task>')
    .description('what its agent does not have yet, in the order in which it gets it')
    .option('-w, --withdraw <id>', 'take this one back')
    .action(async (named: string, { withdraw }: { withdraw?: string }) => {
      const { screen, isJson } = cli;
      const makima = await cli.connect();
      const taskId = await findTask(makima, named);
      const list = (): Promise<WaitingMessage[]> => makima.messages(taskId);
      if (withdraw !== undefined) {
        const id = await findId(withdraw, list, { what: 'message', code: 'MESSAGE_NOT_FOUND' });
        await makima.withdrawMessage(taskId, id);
        if (!isJson) screen.note('It is withdrawn.');
        return;
      }
      const waiting = await list();
      if (isJson) for (const each of waiting) await screen.printJson(each);
      else if (waiting.length === 0) screen.note('Its agent has all that was said to it.');
      else await screen.print(table(columns, waiting.map(rowOf), { width: screen.width }));
    });
};
