import t from 'tap';
import { completionGate, type SubtaskWork } from '../../src/domain/completion-gate.ts';
import { sampleTask } from '../support/sample-task.ts';

const left: SubtaskWork = { kind: 'left', reason: 'a differs' };
const gate = (chain: boolean, ...work: SubtaskWork[]) => {
  const tasks = work.map(() => sampleTask());
  const linked = tasks.map((task, index) => ({ ...task, continueFromTaskId: chain ? (tasks[index - 1]?.id ?? null) : null }));
  const {
    left: leftOver,
    mergedCount,
    skippedCount,
  } = completionGate(linked, new Map(linked.flatMap((task, index) => (work[index] ? [[task.id, work[index]] as const] : []))));
  return [leftOver.map(({ task }) => linked.findIndex(({ id }) => id === task.id)), mergedCount, skippedCount];
};

void t.test('what is left, what is merged and what is skipped', (t) => {
  t.strictSame(gate(false), [[], 0, 0]);
  t.strictSame(gate(false, { kind: 'integrated' }, left, { kind: 'skipped' }, { kind: 'nothing' }), [[1], 1, 1]);
  t.end();
});

void t.test('a chain is in with its last one that is', (t) => {
  t.strictSame(gate(true, left, left, { kind: 'integrated' }), [[], 3, 0]);
  t.strictSame(gate(true, left, { kind: 'integrated' }, left), [[2], 2, 0]);
  t.strictSame(gate(true, left, { kind: 'skipped' }), [[0], 0, 1], 'a skipped one carries nothing');
  t.strictSame(gate(true, left, { kind: 'nothing' }), [[0], 0, 0], 'nor does one that never started');
  t.strictSame(gate(true, { kind: 'skipped' }, { kind: 'integrated' }), [[], 2, 0], 'what is contained is in, though it was skipped');
  t.end();
});
