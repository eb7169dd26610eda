import type { AddCommand } from '../cli.ts';
import { findTask } from '../find-task.ts';
import { readText } from '../read-text.ts';

export const addMessage: AddCommand = (program, cli) => {
  program
    .command('message <task> [text...]')
    .description('send a message to a running agent; the text is an argument, a file or standard input (-)')
    .option('-f, --file <path>', 'the text is in this file')
    .action(async (named: string, words: string[], { file }: { file?: string }) => {
      const { screen, isJson } = cli;
      const message = await readText(words, file, 'the message');
      const makima = await cli.connect();
      const sent = await makima.sendMessage(await findTask(makima, named), message);
      if (isJson) await screen.printJson(sent);
      else screen.note(sent.delivered ? 'The agent has it.' : 'It is kept, and the agent gets it at the next moment that fits.');
    });
};
