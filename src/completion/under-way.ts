import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { createTurns } from '../domain/turns.ts';
import type { TaskStore } from '../store/task-store.ts';
import { CompletionOrder } from './job.ts';

const metaKey = 'completionsUnderWay';
const UnderWay = Type.Array(Type.Object({ taskId: Type.String(), order: CompletionOrder }));

/** The actions that were asked for and have not ended, so that the next start of the daemon can take them up. */
export interface UnderWayList {
  add(taskId: string, order: CompletionOrder): Promise<void>;
  remove(taskId: string): Promise<void>;
  all(): Promise<{ taskId: string; order: CompletionOrder }[]>;
}

export const underWayList = (store: TaskStore): UnderWayList => {
  /** One change at a time, since each reads and writes the whole list. */
  const inTurn = createTurns();
  const read = async (): Promise<{ taskId: string; order: CompletionOrder }[]> => {
    const stored: unknown = JSON.parse((await store.getMeta(metaKey)) ?? '[]');
    return Value.Check(UnderWay, stored) ? stored : [];
  };
  const change = (taskId: string, added: { taskId: string; order: CompletionOrder }[]): Promise<void> =>
    inTurn(async () => store.setMeta(metaKey, JSON.stringify([...(await read()).filter((each) => each.taskId !== taskId), ...added])));
  return { add: (taskId, order) => change(taskId, [{ taskId, order }]), remove: (taskId) => change(taskId, []), all: () => inTurn(read) };
};
