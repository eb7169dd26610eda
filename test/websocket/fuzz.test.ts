/** Whatever comes in a frame is answered with one documented frame, and never with a failure of the daemon's. */
import fc from 'fast-check';
import t from 'tap';
import { commandSchemas } from '../../schemas/websocket/commands.ts';
import { taskId } from '../http/recorded-actions.ts';
import { serve } from '../http/serve.ts';
import { connect } from './client.ts';

const values = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(taskId, '', ' ', '\u0000', '\ud800', '__proto__', -0, 1e21, 'ours', true, [taskId], 'x'.repeat(5000)),
);
const fields = [...new Set(Object.values(commandSchemas).flatMap(({ properties }) => Object.keys(properties)))];
const commands = fc.record(
  {
    type: fc.oneof({ weight: 5, arbitrary: fc.constantFrom<unknown>(...Object.keys(commandSchemas)) }, { weight: 1, arbitrary: values }),
    requestId: fc.oneof(fc.integer(), fc.string({ unit: 'binary' }), values),
    taskId: fc.oneof({ weight: 5, arbitrary: fc.constant<unknown>(taskId) }, { weight: 1, arbitrary: values }),
    more: fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), values, { maxKeys: 4 }),
  },
  { requiredKeys: ['more'] },
);
const texts = fc.oneof(
  commands.map(({ more, ...command }) => JSON.stringify({ ...command, ...more })),
  fc.string({ unit: 'binary' }),
  fc.json(),
  // Whole commands, of which something was lost or put in.
  fc.tuple(commands, fc.nat(), fc.nat(5), fc.string({ maxLength: 5 })).map(([{ more, ...command }, from, length, put]) => {
    const text = JSON.stringify({ ...command, ...more });
    const at = from % text.length;
    return text.slice(0, at) + put + text.slice(at + length);
  }),
);

void t.test('frames of any kind', async (t) => {
  const { url } = await serve(t);
  const { socket, frames, next } = await connect(t, url, { query: '?follow=false' });
  await next('authenticated');
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const before = frames.length;
      socket.send(text.toWellFormed());
      while (frames.length === before && socket.readyState === socket.OPEN) await new Promise((resolve) => setImmediate(resolve));
      const [answer, ...more] = frames.slice(before);
      if (more.length > 0 || answer === undefined) throw new Error(`${frames.length - before} frames`);
      if (answer.type === 'error' && answer.statusCode >= 500) throw new Error(JSON.stringify(answer));
    }),
    { numRuns: 150 },
  );
  t.equal(socket.readyState, socket.OPEN);
});
