import type { Argument, Command, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cli } from '../clients/cli/cli.ts';
import { commandGroups } from '../clients/cli/commands/index.ts';
import { createScreen } from '../clients/cli/output/screen.ts';
import { makeProgram } from '../clients/cli/program.ts';

const page = join(import.meta.dirname, '../docs/command.md');
/** What stands below it is made from the program. */
const marker = '## Every command\n';

const notThere = (): never => {
  throw new Error('the program is only looked at');
};

/** The program, none of whose commands is run. */
const program = (): Command => {
  const cli: Cli = {
    screen: createScreen(process),
    launcher: { version: '', root: '', self: [''], examine: notThere },
    isJson: false,
    home: '',
    connect: notThere,
    transport: notThere,
    tell: notThere,
    endWith: notThere,
    interrupted: notThere,
    giveUp: notThere,
  };
  return makeProgram(cli, commandGroups);
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const choices = ({ argChoices }: Pick<Option, 'argChoices'>): string =>
  argChoices === undefined ? '' : `: ${argChoices.map((each) => `\`${each}\``).join(', ')}`;

const optionRow = (option: Option): string => `| \`${cell(option.flags)}\` | ${cell(option.description)}${choices(option)} |\n`;

const argumentRow = (argument: Argument): string =>
  argument.description === '' && argument.argChoices === undefined
    ? ''
    : `| \`${argument.name()}\` | ${cell(argument.description)}${choices(argument)} |\n`;

const usageOf = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

const pathOf = (command: Command): string => (command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`);

const entry = (command: Command, depth: number): string => {
  const shown = command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help');
  const rows = [...command.registeredArguments.map(argumentRow), ...command.options.filter(({ hidden }) => !hidden).map(optionRow)].join(
    '',
  );
  const others =
    command.aliases().length === 0
      ? ''
      : ` Also: ${command
          .aliases()
          .map((alias) => `\`${alias}\``)
          .join(', ')}.`;
  const sentence = command.description().replace(/^./, (letter) => letter.toUpperCase());
  const usage = [pathOf(command), ...command.registeredArguments.map(usageOf)].join(' ');
  return [
    `${'#'.repeat(depth)} \`${usage}\`\n\n${sentence}.${others}\n`,
    rows === '' ? '' : `\n| | |\n| --- | --- |\n${rows}`,
    ...shown.map((each) => `\n${entry(each, depth + 1)}`),
  ].join('');
};

/** docs/command.md as it is to be: what was written by hand, and below it each command with its options, of the program itself. */
export const commandPage = (): string => {
  const [byHand] = readFileSync(page, 'utf8').split(marker);
  const all = program();
  const commands = all
    .createHelp()
    .visibleCommands(all)
    .filter((command) => command.name() !== 'help');
  const options = all.options.map(optionRow).join('');
  return `${byHand ?? ''}${marker}\nWith each of them:\n\n| | |\n| --- | --- |\n${options}\n${commands.map((command) => entry(command, 3)).join('\n')}`;
};
