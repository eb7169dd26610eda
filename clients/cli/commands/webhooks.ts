import type { CreateWebhook, Webhook } from '../../typescript/index.ts';
import type { AddCommand } from '../cli.ts';
import { Failure } from '../failure.ts';
import { findId } from '../find-id.ts';
import { findTask } from '../find-task.ts';
import { plain, withinLine } from '../output/plain.ts';
import { table, type Column } from '../output/table.ts';
import { list } from '../read-options.ts';

type Type = NonNullable<CreateWebhook['types']>[number];
/** Held to the contract by the compiler. */
const known: Readonly<Record<Type, true>> = {
  output: true,
  status: true,
  usage: true,
  budget: true,
  merge: true,
  completion: true,
  'tool-key': true,
  approval: true,
  message: true,
  silence: true,
  limit: true,
  end: true,
};
const isType = (text: string): text is Type => Object.hasOwn(known, text);
const typeOf = (text: string): Type => {
  if (isType(text)) return text;
  throw new Failure(`${JSON.stringify(text)} is no type of event: it is one of ${Object.keys(known).join(', ')}.`);
};

const columns: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'URL', shrinksTo: 20 },
  { heading: 'TYPES', shrinksTo: 10 },
  { heading: 'TASK' },
  { heading: 'PENDING', isNumber: true },
  { heading: 'STATE', shrinksTo: 12 },
];

const stateOf = ({ disabledAt, reason, lastError, pending }: Webhook): string => {
  if (disabledAt !== null) return `off: ${withinLine(reason ?? '')}`;
  return pending > 0 && lastError !== null ? withinLine(lastError) : 'on';
};

export const addWebhooks: AddCommand = (program, cli) => {
  const { screen } = cli;
  const webhooks = program.command('webhooks').description('addresses to which events are posted');
  webhooks
    .command('ls')
    .description('list them, and how it goes with each')
    .action(async () => {
      const makima = await cli.connect();
      const found = await makima.call(makima.api.GET('/api/v1/mesh/webhooks'));
      if (cli.isJson) for (const webhook of found) await screen.printJson(webhook);
      else if (found.length === 0) screen.note('There are no webhooks.');
      else {
        const rows = found.map((webhook) => [
          webhook.id,
          withinLine(webhook.url),
          webhook.types.join(','),
          webhook.taskId?.slice(0, 8) ?? '',
          String(webhook.pending),
          stateOf(webhook),
        ]);
        await screen.print(table(columns, rows, { width: screen.width }));
      }
    });
  webhooks
    .command('create <url>')
    .description('have events posted to an address from now on; the secret by which it knows them is shown this once')
    .option('--types <types>', 'which events; status, merge, completion and end if left out', list)
    .option('--task <task>', 'only of this task and of those below it')
    .action(async (url: string, { types, task }: { types?: string[]; task?: string }) => {
      const makima = await cli.connect();
      const body: CreateWebhook = {
        url,
        ...(types !== undefined && { types: types.map(typeOf) }),
        ...(task !== undefined && { taskId: await findTask(makima, task) }),
      };
      const made = await makima.call(makima.api.POST('/api/v1/mesh/webhooks', { body }));
      await (cli.isJson ? screen.printJson(made) : screen.print(`${made.id}\n${plain(made.secret)}\n`));
    });
  webhooks
    .command('rm <id>')
    .description('post nothing more to it, what waits neither; by its id or a start of it')
    .action(async (typed: string) => {
      const makima = await cli.connect();
      const all = () => makima.call(makima.api.GET('/api/v1/mesh/webhooks'));
      const webhookId = await findId(typed, all, { what: 'webhook', code: 'WEBHOOK_NOT_FOUND' });
      await makima.call(makima.api.DELETE('/api/v1/mesh/webhooks/{webhookId}', { params: { path: { webhookId } } }));
      await (cli.isJson ? screen.printJson({ id: webhookId, deleted: true }) : screen.print(`${webhookId}  deleted\n`));
    });
};
