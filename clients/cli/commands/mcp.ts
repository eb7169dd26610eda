import { createInterface } from 'node:readline';
import type { AddCommand } from '../cli.ts';
import { Bridge } from '../mcp/bridge.ts';

export const addMcp: AddCommand = (program, cli) => {
  program
    .command('mcp')
    .description(
      'speak the Model Context Protocol over standard input and output, for the settings of an agent: {"command": "makima", "args": ["mcp"]}; it finds the daemon as every command does',
    )
    .action(async () => {
      const { screen } = cli;
      if (process.stdin.isTTY)
        screen.note(
          'It waits for an MCP client on standard input. `claude mcp add makima -- makima mcp` has one start it; Ctrl-C ends it.',
        );
      const bridge = new Bridge(cli.transport().send, (message) => screen.printJson(message));
      const under = new Set<Promise<void>>();
      for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
        const taking = bridge.take(line).finally(() => under.delete(taking));
        under.add(taking);
      }
      await Promise.all(under);
    });
};
