import { firstLine } from '../../../words/first-line.ts';
import type { RunContext } from '../context.ts';
import type { RunHook } from './hook.ts';

const maxToolLength = 60;

/** Says what an agent waits for that nobody can give it from here: an answer, the end of a limit. */
export const tellWaits = ({ ledger }: Pick<RunContext, 'ledger'>): RunHook => ({
  name: 'waits',
  async signalled({ task }, signal) {
    if (signal.kind === 'asked') {
      const tool = firstLine(signal.request.tool, maxToolLength);
      const what = signal.request.isQuestion ? `asks the user a question (${tool})` : `asks whether it may use ${tool}`;
      ledger.say(
        task.id,
        `The agent ${what}, which nobody can answer through makima: it waits. Stop the task, or allow in the agent's settings what its work needs`,
        'warning',
      );
    }
    if (signal.kind === 'limited')
      ledger.say(
        task.id,
        `The account that the agent works with has come to a limit${signal.until === null ? '' : `, which is reset at ${signal.until}`}`,
        'warning',
      );
    return Promise.resolve();
  },
});
