import type { TaskEvent } from '../../typescript/index.ts';

/** How a message of JSON-RPC begins, which has no type of its own. */
const rpc = /^\s*\{\s*"(?:jsonrpc|id|method|params|result|error)"\s*:/;

/**
 * Tells the lines of an agent's own protocol, which say by their activities what they say, from what a program around it printed. A line may
 * come in pieces.
 * @returns asked of the events of a task in their order
 */
export const ownLines = (): ((event: TaskEvent) => boolean) => {
  let isOwn = false;
  let goesOn = false;
  return (event) => {
    if (event.type !== 'output' || event.stream !== 'stdout') return false;
    isOwn = goesOn ? isOwn : event.jsonType !== undefined || rpc.test(event.content);
    goesOn = event.partial === true;
    return isOwn;
  };
};
