import { readStatus } from '../../domain/status-machine.ts';
import { readTime } from '../../http/requests/read-time.ts';
import { shortProblem } from '../../http/answers/agent-lines.ts';
import { taskDetails, taskLines, treeLines } from '../../http/answers/text-answers.ts';
import { usageLines } from '../../http/answers/usage-lines.ts';
import { cut, cutLines, maxField } from '../answers/bounds.ts';
import { briefAll, briefTree, detailed, shortened } from '../answers/brief.ts';
import { ownTask, reads, taskOf, tool, type Tool } from '../tool.ts';

const usualLimit = 20;
/** Runs of a task whose use is told one by one. */
const mostRuns = 20;

/** What there is. */
export const lookingTools: readonly Tool[] = [
  tool(
    'list_tasks',
    {
      title: 'List tasks',
      description:
        'Tasks with their states, the newest first: your own subtasks where you have a task, else all. Look before you create: subtasks may exist already, made by a person or by an earlier run of yours.',
      hints: reads,
    },
    async (call, { parentTaskId = ownTask(call), status, updatedSince, limit = usualLimit, cursor = null }) => {
      const { items, nextCursor } = await call.actions.listTasks(call.caller, {
        statuses: status?.map(readStatus) ?? null,
        parentTaskId,
        updatedSince: updatedSince === undefined ? null : readTime(updatedSince),
        limit,
        cursor,
      });
      const more = nextCursor === null ? '' : `There are more: call again with cursor ${JSON.stringify(nextCursor)}.\n`;
      return { text: items.length === 0 ? 'There are none.\n' : taskLines(items) + more, data: { tasks: briefAll(items), nextCursor } };
    },
  ),
  tool(
    'show_task',
    {
      title: 'Show a task',
      description: 'All of a task: its plan, agent, state, what it waits for, summary, error, warnings, branch, worktree, cost.',
      hints: reads,
    },
    async (call, given) => {
      const task = await call.actions.getTask(call.caller, taskOf(call, given.taskId));
      const by = [task.agent, ...(task.model === null ? [] : [`model ${task.model}`])].join(', ');
      return { text: `${taskDetails(shortened(task))}agent: ${by}\nplan: ${cut(task.plan, maxField)}\n`, data: { task: detailed(task) } };
    },
  ),
  tool(
    'show_tree',
    { title: 'Show a tree of tasks', description: 'A task and everything below it, with their states.', hints: reads },
    async (call, given) => {
      const tree = await call.actions.getTree(call.caller, taskOf(call, given.taskId));
      return { text: cutLines(treeLines(tree), 'list_tasks with a parentTaskId has the others'), data: { tree: briefTree(tree) } };
    },
  ),
  tool(
    'read_usage',
    {
      title: 'Read what a task has used',
      description:
        'Tokens, cost, turns and minutes of a task, of its tree and of its runs, and what is left of the budgets that it is under.',
      hints: reads,
    },
    async (call, given) => {
      const report = await call.actions.getUsage(call.caller, taskOf(call, given.taskId));
      const shown = { ...report, runs: report.runs.slice(-mostRuns) };
      return { text: usageLines(shown), data: shown };
    },
  ),
  tool(
    'list_agents',
    {
      title: 'List the agents',
      description: 'Which agents a task may name, their versions, what keeps one from working, and limits of their accounts.',
      hints: reads,
    },
    async ({ actions }) => {
      const { version, usageLimits, limits, ...info } = await actions.info();
      const agents = info.agents.map((agent) => ({ ...agent, problem: shortProblem(agent.problem) }));
      const lines = agents.map(
        ({ name, isDefault, version: its, problem }) =>
          `${name}\t${its ?? '-'}\t${isDefault ? 'default, ' : ''}${problem ?? 'can be used'}\n`,
      );
      const parked = usageLimits.map(
        ({ agent, until }) => `${agent} has come to a limit of its account${until === null ? '' : `, until ${until}`}\n`,
      );
      return { text: [...lines, ...parked].join(''), data: { version, agents, usageLimits, limits } };
    },
  ),
];
