import { Type } from '@sinclair/typebox';
import { TaskTree } from '../schemas/answers.ts';
import { ref } from '../schemas/common.ts';
import { TaskParams } from '../schemas/requests.ts';
import { Task } from '../schemas/task.ts';
import type { ResourceRoutes } from '../src/http/api.ts';
import { caller } from '../src/http/admission/credentials.ts';
import { sendJsonOrText } from '../src/http/answers/negotiate.ts';
import { answer } from '../src/http/answers/shapes.ts';
import { tasksJson } from '../src/http/answers/task-json.ts';
import { taskLines, treeLines } from '../src/http/answers/text-answers.ts';

/** What is below a task. */
export const subtaskRoutes: ResourceRoutes = (api, { actions }) => {
  api.get(
    '/tasks/:taskId/subtasks',
    {
      config: { errors: ['TASK_NOT_FOUND'] },
      schema: {
        operationId: 'listSubtasks',
        summary: 'List direct children, oldest first',
        tags: ['Tasks'],
        params: TaskParams,
        response: { 200: answer('The children', Type.Array(ref(Task)), 'One line a task: id, status and name with tabs between') },
      },
    },
    async (request, reply) => {
      const tasks = await actions.listSubtasks(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, tasks, taskLines, tasksJson);
    },
  );

  api.get(
    '/tasks/:taskId/tree',
    {
      config: { errors: ['TASK_NOT_FOUND'] },
      schema: {
        operationId: 'getTree',
        summary: 'Read a task with everything below it',
        tags: ['Tasks'],
        params: TaskParams,
        response: { 200: answer('The task, nested', ref(TaskTree), 'One line a task, the name indented by its depth') },
      },
    },
    async (request, reply) => {
      const tree = await actions.getTree(caller(request), request.params.taskId);
      return sendJsonOrText(request, reply, tree, () => treeLines(tree));
    },
  );
};
