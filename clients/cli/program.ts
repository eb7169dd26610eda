import { join } from 'node:path';
import { Command } from 'commander';
import type { AddCommand, Cli } from './cli.ts';

/** Commands under the headings of the help, in its order. */
export type CommandGroups = readonly (readonly [heading: string, commands: readonly AddCommand[]])[];

const footer = (root: string): string => `
The daemon is set up by environment variables (MAKIMA_HOME, MAKIMA_PORT and others) or by ~/.makima/config.json;
\`makima serve --adopt\` makes a copied home one of its own. A command finds it by MAKIMA_HOME, or by MAKIMA_URL and MAKIMA_TOKEN.

A task is named by its id, the start of it (four characters or more), or its name.
Exit status: 0 done, 1 failed, 2 cancelled, 4 no credential, 8 still running when the time was over.
Every command and option: ${join(root, 'docs', 'command.md')}`;

/** Commander's words for what was typed wrongly, in the manner of makima's. */
export const reword = (text: string): string => {
  const [, unknown, meant] = /^error: unknown command '([^]*?)'(?:\n\(Did you mean (?:one of )?([^)?]+)\?\))?/.exec(text) ?? [];
  if (unknown !== undefined) {
    const names =
      meant === undefined
        ? ''
        : ` Did you mean ${meant
            .split(', ')
            .map((name) => `\`makima ${name}\``)
            .join(' or ')}?`;
    return `makima: ${JSON.stringify(unknown)} is no command of makima.${names} \`makima help\` lists all, from \`makima serve\` on.\n`;
  }
  return text
    .replace(/^(error: )command-argument value '([^]*?)' is invalid for argument '(.*?)'\. /, '$1"$2" is no $3. ')
    .replace(/^error: /, 'makima: ')
    .replace(/\n\(Did you mean ([^?]+)\?\)\n$/, '. Did you mean $1?\n')
    .replace(/([^.?!\n])\n$/, '$1.\n');
};

/** The program with all its commands, none of which has run. */
export const makeProgram = (cli: Cli, groups: CommandGroups): Command => {
  const program = new Command('makima')
    .description('Runs AI coding agents, each in a git worktree of its own.')
    .usage('<command>')
    .version(cli.launcher.version, '-v, --version', 'say which version this is')
    .helpOption('-h, --help', 'say what there is to type')
    .helpCommand('help [command]', 'say what there is to type')
    .option('--json', 'answers as JSON, one line an object')
    .option('--home <directory>', "the home whose daemon is meant, in the place of MAKIMA_HOME's")
    .option('--url <address>', "the daemon's address, for one on another machine; its token is read from MAKIMA_TOKEN")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(reword(text)) })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', footer(cli.launcher.root));
  for (const [heading, commands] of groups) {
    program.commandsGroup(`${heading}:`);
    for (const add of commands) add(program, cli);
  }
  return program;
};
