import { commandSchemas, isCommandName, type Command, type CommandName, type RequestId } from '../../schemas/websocket/commands.ts';
import type { Message } from '../../schemas/websocket/messages.ts';
import { closestName } from '../domain/names/closest-name.ts';
import { MakimaError } from '../errors.ts';
import type { Api } from '../http/api.ts';
import { reader } from '../http/requests/read-shape.ts';
import type { Actions, Caller } from '../tasks/actions.ts';

type WithoutId<M> = M extends { requestId: unknown } ? Omit<M, 'requestId'> : never;
/** An answer, before it has the id of the command that it answers. */
export type Answer = WithoutId<Message>;

type Handlers = { [Name in CommandName]: (actions: Actions, caller: Caller, command: Command<Name>) => Promise<Answer> };

/** What a command is beside what the verb is told. */
const request = <C extends { type: string; requestId: RequestId; taskId: string }>({
  type: _type,
  requestId: _id,
  taskId: _task,
  ...rest
}: C) => rest;

/** Each command calls the verb that its route calls. */
const handlers: Handlers = {
  async spawnTask(actions, caller, { type: _type, requestId: _id, idempotencyKey = null, ...task }) {
    const made = await actions.createTask(caller, { start: true, ...task }, idempotencyKey);
    return { type: 'taskResult', taskId: made.id, task: made };
  },
  async pauseTask(actions, caller, { taskId }) {
    return { type: 'taskResult', taskId, task: await actions.pauseTask(caller, taskId) };
  },
  async resumeTask(actions, caller, { taskId }) {
    return { type: 'taskResult', taskId, task: await actions.resumeTask(caller, taskId) };
  },
  async interruptTask(actions, caller, command) {
    const { taskId } = command;
    return { type: 'taskResult', taskId, ...(await actions.stopTask(caller, taskId, request(command))) };
  },
  async sendMessage(actions, caller, { taskId, message, resume }) {
    const options = resume === undefined ? [] : [{ resume }];
    return { type: 'messageResult', taskId, ...(await actions.sendMessage(caller, taskId, message, ...options)) };
  },
  async injectSiblingContext(actions, caller, command) {
    const { taskId } = command;
    return { type: 'messageResult', taskId, ...(await actions.shareSibling(caller, taskId, request(command))) };
  },
  async listBranches(actions, caller, { taskId }) {
    return { type: 'branchList', taskId, branches: await actions.listBranches(caller, taskId) };
  },
  async mergeStart(actions, caller, command) {
    const { taskId } = command;
    return { type: 'mergeResult', taskId, ...(await actions.startMerge(caller, taskId, request(command))) };
  },
  async mergeStatus(actions, caller, { taskId }) {
    return { type: 'mergeStatusResponse', taskId, ...(await actions.mergeStatus(caller, taskId)) };
  },
  async mergeResolve(actions, caller, command) {
    const { taskId } = command;
    return { type: 'mergeStatusResponse', taskId, ...(await actions.resolveConflict(caller, taskId, request(command))) };
  },
  async mergeCommit(actions, caller, command) {
    const { taskId } = command;
    return { type: 'mergeResult', taskId, ...(await actions.commitMerge(caller, taskId, request(command))) };
  },
  async mergeAbort(actions, caller, { taskId }) {
    return { type: 'mergeResult', taskId, ...(await actions.abortMerge(caller, taskId)) };
  },
  async mergeSkip(actions, caller, command) {
    const { taskId } = command;
    return { type: 'mergeResult', taskId, ...(await actions.skipSubtask(caller, taskId, request(command))) };
  },
  async checkMergeComplete(actions, caller, { taskId }) {
    return { type: 'mergeCompleteCheck', taskId, ...(await actions.checkMerge(caller, taskId)) };
  },
  async retryCompletionAction(actions, caller, command) {
    const { taskId } = command;
    return { type: 'completionActionResult', taskId, ...(await actions.runCompletion(caller, taskId, request(command))) };
  },
  async cloneWorktree(actions, caller, { taskId, targetDir }) {
    return { type: 'cloneWorktreeResult', taskId, ...(await actions.cloneWorktree(caller, taskId, targetDir)) };
  },
  async checkTargetExists(actions, caller, { targetDir }) {
    return { type: 'checkTargetExistsResult', ...(await actions.targetExists(caller, targetDir)) };
  },
};

/** A command that was read and can be carried out. */
export interface ReadCommand {
  name: CommandName;
  requestId: RequestId;
  /** What it may not overtake, null where it stands alone: what is said to an agent is said in the order it came. */
  inOrderOf: string | null;
  run: (caller: Caller) => Promise<Answer>;
}

const inOrderOf = (command: Command): string | null =>
  command.type === 'sendMessage' || command.type === 'injectSiblingContext' ? command.taskId.toLowerCase() : null;

/**
 * Reads a frame as a command; each has its own schema, which is compiled when the command first comes.
 * @returns throws MakimaError VALIDATION_FAILED
 */
export const commandReader = (app: Api, actions: Actions): ((frame: Record<string, unknown>) => ReadCommand) => {
  const readerOf = <Name extends CommandName>(name: Name, handle: Handlers[Name]): ((frame: unknown) => ReadCommand) => {
    const read = reader(app, commandSchemas[name], { url: '/ws', part: 'frame' });
    return (frame) => {
      const command: Command<Name> = read(frame);
      const { requestId } = command;
      return { name, requestId, inOrderOf: inOrderOf(command), run: (caller) => handle(actions, caller, command) };
    };
  };
  const readers = new Map<CommandName, (frame: unknown) => ReadCommand>();
  return (frame) => {
    const { type } = frame;
    if (typeof type !== 'string') throw unknownType(type === undefined ? 'The field "type" is missing' : 'The field "type" must be string');
    if (!isCommandName(type)) throw unknownType(`There is no command ${JSON.stringify(type.slice(0, 100).toWellFormed())}${meant(type)}`);
    const read = readers.get(type) ?? readerOf(type, handlers[type]);
    readers.set(type, read);
    return read(frame);
  };
};

const unknownType = (what: string): MakimaError =>
  new MakimaError('VALIDATION_FAILED', what, { details: { in: 'frame', field: 'type', rule: 'enum' } });

const meant = (type: string): string => {
  const closest = closestName(type.slice(0, 100), Object.keys(commandSchemas));
  return closest === null ? '' : ` (did you mean ${closest}?)`;
};
