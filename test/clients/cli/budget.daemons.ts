/** What a person types about usage and budgets. */
import t from 'tap';
import { startDaemon } from '../../support/daemon.ts';
import { runCommand } from './run-command.ts';

t.setTimeout(600_000);

void t.test('a budget is said at the start, shown, raised and taken away', async (t) => {
  const daemon = await startDaemon(t, 'spends');
  const makima = (...args: string[]) => runCommand(daemon.home, args);
  const plan = `SPENDS: ${JSON.stringify([{ turns: 2, cost: 0.5, input: 1500, output: 20 }])}`;
  const limits = ['--max-cost', '1.5', '--max-tokens', '2k', '--max-turns', '2', '--max-minutes', '30'];
  t.match(await makima('run', '--no-repo', '--name', 'Spends', ...limits, plan), { code: 0 });
  const [task] = (await daemon.call<{ items: { id: string; budget: unknown }[] }>('GET', '/tasks')).body.items;
  t.same(task?.budget, { maxCostUsd: 1.5, maxTokens: 2000, maxTurns: 2, maxMinutes: 30 });

  const shown = await makima('show', 'Spends');
  t.match(
    shown.out,
    /^Budget: +\$0\.50 of \$1\.50 \(33 %\), 1,520 of 2,000 tokens \(76 %\), 2 of 2 turns \(100 %\), 0(\.\d)? of 30 minutes \(0 %\)$/m,
  );
  const usage = await makima('usage', 'Spends');
  t.match(
    usage.out,
    /^Task: +\$0\.50, 2 turns, 1,500 tokens in, 20 out, .*\nTree: +\$0\.50, 2 turns.*\nRun 1: +\$0\.50, 2 turns.*\nBudget: +\$0\.50 of/,
  );
  t.match(JSON.parse((await makima('usage', 'Spends', '--json')).out), { task: { turns: 2 } });

  t.match(await makima('start', 'Spends'), {
    code: 1,
    err: /2 of 2 turns \(100 %\).*`makima budget <task>` raises it.*\(BUDGET_EXCEEDED\)\n$/,
  });
  t.match(await makima('budget', 'Spends', '--max-turns', '20'), { code: 0, out: /2 of 20 turns \(10 %\)/ });
  t.match((await daemon.call('GET', `/tasks/${task?.id ?? ''}`)).body, { budget: { maxCostUsd: 1.5, maxTurns: 20 } }, 'the others stay');
  t.match(await makima('budget', 'Spends', '--none'), { code: 0 });
  t.match((await daemon.call('GET', `/tasks/${task?.id ?? ''}`)).body, { budget: null });
  t.match(await makima('budget', 'Spends'), { code: 1, err: /Say the limits/ });
  for (const wrong of [
    ['--max-turns', '0'],
    ['--max-cost', '-1'],
    ['--max-cost', 'much'],
    ['--max-tokens', '1.5'],
  ])
    t.match(await makima('budget', 'Spends', ...wrong), { code: 1, err: /above 0/ }, wrong.join(' '));
});
