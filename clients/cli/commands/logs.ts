import { createInterface } from 'node:readline';
import { InvalidArgumentError } from 'commander';
import type { Makima } from '../../typescript/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { findTask } from '../find-task.ts';
import { followTask, showTask } from '../follow-task.ts';
import { lastLines } from '../last-lines.ts';
import { plain } from '../output/plain.ts';
import { moment } from '../read-options.ts';

interface LogsOptions {
  follow?: boolean;
  since?: number;
  tail?: number | 'all';
  raw?: boolean;
}

/** How many lines from the end. @throws InvalidArgumentError */
const tailLength = (text: string): number | 'all' => {
  if (text === 'all') return 'all';
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a number of lines, or all.');
  return Number(text);
};

/** The agent's own lines, as they came. */
const printRaw = async (
  { screen, isJson, interrupted }: Cli,
  makima: Makima,
  taskId: string,
  { follow, tail, since = 0 }: { follow: boolean; tail: number | 'all'; since?: number },
): Promise<void> => {
  for await (const line of makima.output(taskId, { follow, signal: interrupted(), ...(tail !== 'all' && { tail }) })) {
    if (Date.parse(line.at) < since) continue;
    if (isJson) await screen.printJson(line);
    else if (line.stream === 'stdout')
      await screen.print(`${screen.isTerminal ? plain(line.content) : line.content}${line.partial === true ? '' : '\n'}`);
  }
};

export const addLogs: AddCommand = (program, cli) => {
  program
    .command('logs <task>')
    .description('show what the agent of a task said and did')
    .option('-f, --follow', 'go on with what comes, to the end of the task, which the exit status tells')
    .option('--since <time>', 'what came since then: 10m for so long ago, or 2026-11-27T10:00:00Z', moment)
    .option('-n, --tail <lines>', 'only the last lines of its output; all if left out', tailLength, 'all')
    .option('--raw', 'the lines of the agent as it printed them')
    .action(async (named: string, { follow = false, since, tail = 'all', raw }: LogsOptions) => {
      const makima = await cli.connect();
      const taskId = await findTask(makima, named);
      const options = since === undefined ? {} : { since };
      if (raw === true) return printRaw(cli, makima, taskId, { ...options, follow, tail });
      if (!follow) return showTask(cli, makima, taskId, tail, options);
      const { before } = tail === 'all' ? {} : await lastLines(makima, taskId, tail);
      return followTask(cli, makima, taskId, { ...options, ...(before !== undefined && { after: before }) });
    });
};

/** What somebody sees first who joins. */
const joinedLines = 20;

export const addAttach: AddCommand = (program, cli) => {
  program
    .command('attach <task>')
    .description('see what the agent says and does, and speak to it: each line that is typed is a message; Ctrl-C leaves it at work')
    .action(async (named: string) => {
      const { screen } = cli;
      const makima = await cli.connect();
      const taskId = await findTask(makima, named);
      const { before: after } = await lastLines(makima, taskId, joinedLines);
      const typing = createInterface({ input: process.stdin, terminal: false });
      const isTyped = process.stdin.isTTY;
      let sending = Promise.resolve();
      typing.on('line', (line) => {
        if (line.trim() === '') return;
        // One after the other, in the order in which they were typed.
        sending = sending.then(() => makima.sendMessage(taskId, line)).then(() => undefined, cli.tell);
      });
      // The end of a pipe is the last message; of what is typed, Ctrl-D, it is the end of the watching.
      if (isTyped) typing.on('close', () => cli.giveUp());
      try {
        if (isTyped) screen.note('Type a message and Enter; Ctrl-C leaves the agent at work.');
        await followTask(cli, makima, taskId, { ...(after !== undefined && { after }), withoutInput: isTyped });
      } finally {
        typing.close();
        process.stdin.destroy();
        await sending;
      }
    });
};
