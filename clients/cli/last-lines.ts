import type { Makima } from '../typescript/index.ts';

/** Where the last lines of a task's output stand among its events. */
export interface LastLines {
  /** The event that is right before them; undefined where there are none. */
  before: number | undefined;
  /** The last of them. */
  last: number | undefined;
}

/** Where the last lines of a task's output stand at this moment. @param length - how many; of 0 they begin behind the last one there is */
export const lastLines = async (makima: Makima, taskId: string, length: number): Promise<LastLines> => {
  const { items } = await makima.call(
    makima.api.GET('/api/v1/mesh/tasks/{taskId}/output', { params: { path: { taskId }, query: { tail: Math.max(1, length) } } }),
  );
  const [first, last] = [items[0]?.id, items.at(-1)?.id];
  return { before: first === undefined || length === 0 ? last : first - 1, last };
};
