import type { FastifyReply } from 'fastify';
import { ref } from '../../../schemas/common.ts';
import { Task } from '../../../schemas/task.ts';

const shape = ref(Task);
/** As long as the store hands out the same value for a task, its text is the same. */
const texts = new WeakMap<Task, string>();

const serialize = (reply: FastifyReply, task: Task): string => reply.serializeInput(task, shape);

/** A task as JSON, by its schema; serialized once where nobody can change it. */
export const taskJson = (reply: FastifyReply, task: Task): string => {
  const known = texts.get(task);
  if (known !== undefined) return known;
  const text = serialize(reply, task);
  if (Object.isFrozen(task)) texts.set(task, text);
  return text;
};

export const tasksJson = (reply: FastifyReply, tasks: readonly Task[]): string =>
  `[${tasks.map((task) => taskJson(reply, task)).join(',')}]`;

export const taskPageJson = (reply: FastifyReply, { items, nextCursor }: { items: readonly Task[]; nextCursor: string | null }): string =>
  `{"items":${tasksJson(reply, items)},"nextCursor":${JSON.stringify(nextCursor)}}`;
