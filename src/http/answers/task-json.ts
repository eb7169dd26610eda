import type { FastifyReply } from 'fastify';
import { ref } from '../../../schemas/common.ts';
import { ListedTask, Task } from '../../../schemas/task.ts';
import { entityTag } from './entity-tag.ts';

/** A page of tasks as it is asked for. */
interface Page {
  items: readonly Task[];
  nextCursor: string | null;
}

/** What is made of a task is kept for as long as the store hands out the same value, which nobody can change. */
const keptFor = (make: (reply: FastifyReply, task: Task) => string): ((reply: FastifyReply, task: Task) => string) => {
  const kept = new WeakMap<Task, string>();
  return (reply, task) => {
    const known = kept.get(task);
    if (known !== undefined) return known;
    const made = make(reply, task);
    if (Object.isFrozen(task)) kept.set(task, made);
    return made;
  };
};

const shape = ref(Task);
const listedShape = ref(ListedTask);

/** A task as JSON, by its schema. */
export const taskJson = keptFor((reply, task) => reply.serializeInput(task, shape));

/** The same without its plan. */
const summaryJson = keptFor((reply, { plan: _, ...task }) => reply.serializeInput(task, listedShape));

/** The tag of a task's JSON. */
export const taskTag = keptFor((reply, task) => entityTag(taskJson(reply, task)));

export const tasksJson = (reply: FastifyReply, tasks: readonly Task[], one = taskJson): string =>
  `[${tasks.map((task) => one(reply, task)).join(',')}]`;

const pageOf =
  (one: typeof taskJson) =>
  (reply: FastifyReply, { items, nextCursor }: Page): string =>
    `{"items":${tasksJson(reply, items, one)},"nextCursor":${JSON.stringify(nextCursor)}}`;

/** The tag of a page: it is another one where one of its tasks is. */
const tagOf =
  (view: string) =>
  (reply: FastifyReply, { items, nextCursor }: Page): string =>
    entityTag([view, nextCursor, ...items.map((task) => taskTag(reply, task))].join());

/** How a page is answered, by what its query calls its view. */
export const taskPages = {
  full: { json: pageOf(taskJson), tag: tagOf('full') },
  summary: { json: pageOf(summaryJson), tag: tagOf('summary') },
};
