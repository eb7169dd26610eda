import type { AddCommand } from '../cli.ts';
import { findId } from '../find-id.ts';
import { findTask } from '../find-task.ts';
import { withinLine } from '../output/plain.ts';
import { table, type Column } from '../output/table.ts';
import { shortTime } from '../output/times.ts';
import { stretch } from '../read-options.ts';

const columns: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'LABEL', shrinksTo: 10 },
  { heading: 'AGE', isNumber: true },
  { heading: 'EXPIRES' },
];

export const addKeys: AddCommand = (program, cli) => {
  const { screen } = cli;
  const keys = program.command('keys').description("tool keys, each of which opens one task's tree");
  const open = async (named: string) => {
    const makima = await cli.connect();
    return { makima, path: { taskId: await findTask(makima, named) } };
  };
  keys
    .command('ls <task>')
    .description("list a task's keys, without the keys themselves")
    .action(async (named: string) => {
      const { makima, path } = await open(named);
      const found = await makima.call(makima.api.GET('/api/v1/mesh/tasks/{taskId}/tool-keys', { params: { path } }));
      if (cli.isJson) for (const key of found) await screen.printJson(key);
      else if (found.length === 0) screen.note('It has no keys.');
      else {
        const rows = found.map(({ id, label, createdAt, expiresAt }) => [
          id,
          withinLine(label ?? ''),
          shortTime(Date.now() - Date.parse(createdAt)),
          expiresAt ?? '',
        ]);
        await screen.print(table(columns, rows, { width: screen.width }));
      }
    });
  keys
    .command('create <task>')
    .description('make a key; it is shown this once')
    .option('--label <text>', 'what it is for')
    .option('--expires <time>', 'after so long, such as 7d; never if left out', stretch)
    .action(async (named: string, { label, expires }: { label?: string; expires?: number }) => {
      const { makima, path } = await open(named);
      const body = {
        ...(label !== undefined && { label }),
        ...(expires !== undefined && { expiresAt: new Date(Date.now() + expires).toISOString() }),
      };
      const made = await makima.call(makima.api.POST('/api/v1/mesh/tasks/{taskId}/tool-keys', { params: { path }, body }));
      await (cli.isJson ? screen.printJson(made) : screen.print(`${made.key}\n`));
    });
  keys
    .command('rm <task> <key>')
    .description('revoke a key, by its id or a start of it: the next call with it is refused')
    .action(async (named: string, typed: string) => {
      const { makima, path } = await open(named);
      const all = () => makima.call(makima.api.GET('/api/v1/mesh/tasks/{taskId}/tool-keys', { params: { path } }));
      const keyId = await findId(typed, all, { what: 'key of this task', code: 'TOOL_KEY_NOT_FOUND' });
      await makima.call(makima.api.DELETE('/api/v1/mesh/tasks/{taskId}/tool-keys/{keyId}', { params: { path: { ...path, keyId } } }));
      await (cli.isJson ? screen.printJson({ id: keyId, deleted: true }) : screen.print(`${keyId}  revoked\n`));
    });
};
