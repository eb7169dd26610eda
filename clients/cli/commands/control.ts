import type { Makima, StartTask, StopTask, Task } from '../../typescript/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { findTasks } from '../find-task.ts';
import { withinLine } from '../output/plain.ts';
import { colourOf, isEnded } from '../output/states.ts';
import { stateOf } from '../output/task-rows.ts';

/** One line of what became of a task. */
const say = async ({ screen, isJson }: Cli, task: Task): Promise<void> => {
  if (isJson) return screen.printJson(task);
  return screen.print(`${task.id}  ${screen.paint(colourOf(task.status), stateOf(task))}  ${withinLine(task.name)}\n`);
};

/** Does it to each of the tasks; what fails for one does not keep it from the next. */
const toEach = async (cli: Cli, named: readonly string[], act: (makima: Makima, taskId: string) => Promise<Task>): Promise<void> => {
  const makima = await cli.connect();
  for (const taskId of await findTasks(makima, named)) {
    try {
      await say(cli, await act(makima, taskId));
    } catch (error) {
      cli.tell(error);
    }
  }
};

interface StartOptions {
  resume?: boolean;
  message?: string;
}

interface StopOptions {
  now?: boolean;
  keepSubtasks?: boolean;
  wait: boolean;
}

export const addStop: AddCommand = (program, cli) => {
  program
    .command('stop <task...>')
    .description('end the agents of tasks, and of those below them, with all that they started; what they changed stays')
    .option('--now', 'without asking the agent to finish its turn')
    .option('--keep-subtasks', 'leave those below an orchestrator running')
    .option('--no-wait', 'do not wait until they have ended')
    .action((named: string[], { now, keepSubtasks, wait }: StopOptions) =>
      toEach(cli, named, async (makima, taskId) => {
        const how: StopTask = { ...(now === true && { graceful: false }), ...(keepSubtasks === true && { subtasks: 'keep' }) };
        const stopped = await makima.stopTask(taskId, how);
        if (!wait || isEnded(stopped.status)) return stopped;
        cli.screen.progress(`waiting until ${withinLine(stopped.name)} has ended…`);
        return makima.wait(taskId, { until: 'terminal', signal: cli.interrupted() });
      }),
    );
};

export const addPause: AddCommand = (program, cli) => {
  program
    .command('pause <task...>')
    .description('halt all that the agents of tasks run, until they are resumed')
    .action((named: string[]) => toEach(cli, named, (makima, taskId) => makima.pauseTask(taskId)));
};

export const addResume: AddCommand = (program, cli) => {
  program
    .command('resume <task...>')
    .description('let paused tasks go on')
    .action((named: string[]) => toEach(cli, named, (makima, taskId) => makima.resumeTask(taskId)));
};

export const addStart: AddCommand = (program, cli) => {
  program
    .command('start <task...>')
    .description('start tasks; those that have ended run again in their worktrees')
    .option('-r, --resume', 'go on with the sessions of their agents, instead of beginning again with the plan')
    .option('-m, --message <text>', 'what their agents are told')
    .action((named: string[], { resume, message }: StartOptions) => {
      const how: StartTask = { ...(resume === true && { resume }), ...(message !== undefined && { message }) };
      return toEach(cli, named, (makima, taskId) => makima.startTask(taskId, how));
    });
};
