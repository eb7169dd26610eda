/** What an agent asks, as it is stored. */
import t from 'tap';
import { goneAgent } from '../../../src/agents/gone-agent.ts';
import { newApproval } from '../../../src/runs/asking/new-approval.ts';

void t.test('of a question that is too large nothing is kept, its options neither', (t) => {
  const of = { run: { runId: 'r', taskId: 't', actsUnasked: false }, driver: goneAgent('acp') };
  const asked = (length: number): ReturnType<typeof newApproval> => {
    const questions = [
      { question: 'Which?', header: null, multiSelect: false, options: [{ label: 'x'.repeat(length), description: null }] },
    ];
    return newApproval(of, { id: 'q', tool: 'a question', input: { questions }, isQuestion: true, questions }, [], { id: 'a', at: 'now' });
  };
  t.match(asked(10), { kind: 'question', status: 'pending', questions: [{ question: 'Which?' }] });
  t.match(asked(1_000_001), { kind: 'question', status: 'denied', message: /too large/, input: {} });
  t.strictSame(asked(1_000_001).questions, []);
  t.end();
});
