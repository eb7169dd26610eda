import type { TSchema } from '@sinclair/typebox';
import { messageSchemas, type Message, type MessageName } from '../../schemas/websocket/messages.ts';
import type { Api } from '../http/api.ts';

/** For the compilers, which want to know of which route a schema is. */
const route = { method: 'GET', url: '/ws' };

/** Writes messages by their schemas: what these do not have is not sent. */
export const messageWriter = (app: Api): ((message: Message) => string) => {
  const written = new Map<string, (message: Message) => string>();
  for (const [name, schema] of Object.entries<TSchema>(messageSchemas)) {
    const write = app.serializerCompiler?.({ ...route, schema, httpStatus: '200' });
    if (!write) throw new Error('The application has nothing that compiles schemas');
    written.set(name, write);
  }
  return (message) => {
    const name: MessageName = message.type;
    const write = written.get(name);
    if (!write) throw new Error(`There is no message ${name}`);
    return write(message);
  };
};
