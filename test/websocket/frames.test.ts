/** What comes in frames that are no good commands, or go wrong: an error each, and the next one is heard. */
import t from 'tap';
import { MakimaError } from '../../src/errors.ts';
import type { Caller } from '../../src/tasks/actions.ts';
import { taskId, toolKey } from '../http/recorded-actions.ts';
import { serve } from '../http/serve.ts';
import { connect } from './client.ts';

const never = (): Promise<never> => new Promise(() => undefined);

void t.test('a frame that is no command is answered with what is wrong', async (t) => {
  const { url } = await serve(t);
  const { socket, next, ask } = await connect(t, url);
  const cases: [frame: string | Buffer, requestId: string | number | null, says: string | RegExp][] = [
    ['', null, /no valid JSON: it ends too early/],
    ['{"type":', null, /no valid JSON/],
    ['{"type":"mergeStatus",}', null, /from character 23 on/],
    ['"text"', null, /no JSON object/],
    ['[]', null, /no JSON object/],
    ['null', null, /no JSON object/],
    [Buffer.from('{}'), null, /binary/],
    ['{}', null, /"type" is missing/],
    ['{"type":1,"requestId":"a"}', 'a', /"type" must be string/],
    ['{"type":"mergeStatsu","requestId":"a"}', 'a', /no command "mergeStatsu" \(did you mean mergeStatus\?\)/],
    ['{"type":"toString","requestId":"a"}', 'a', /no command "toString"/],
    ['{"type":"__proto__","requestId":"a"}', 'a', /no command/],
    [`{"type":"mergeStatus","taskId":"${taskId}"}`, null, /"requestId" is missing/],
    [`{"type":"mergeStatus","taskId":"${taskId}","requestId":""}`, null, /"requestId"/],
    [`{"type":"mergeStatus","taskId":"${taskId}","requestId":{}}`, null, /"requestId"/],
    [`{"type":"mergeStatus","taskId":"${taskId}","requestId":1e300}`, null, /"requestId"/],
    ['{"type":"mergeStatus","requestId":1}', 1, /"taskId" is missing/],
    ['{"type":"mergeStatus","taskId":"x","requestId":2}', 2, /"taskId" must be a UUID/],
    [`{"type":"mergeStatus","taskId":"${taskId}","requestId":3,"further":1}`, 3, /no field "further"/],
    [`{"type":"mergeStatus","taskId":"${taskId}","requestId":4,"__proto__":{"a":1}}`, 4, /no field "__proto__"/],
    ['{"type":"spawnTask","name":"A","plan":"  ","requestId":5}', 5, /"plan" must not be blank/],
  ];
  for (const [frame, requestId, says] of cases) {
    socket.send(frame);
    const error = await next('error');
    t.match(error, { code: 'VALIDATION_FAILED', statusCode: 400, error: 'Bad Request', message: says }, String(frame));
    t.equal(error.requestId, requestId, String(frame));
  }
  t.match(await ask({ type: 'mergeStatus', taskId }), { type: 'mergeStatusResponse' });
});

void t.test('a verb that fails is an error with the code and the fields of its route', async (t) => {
  const conflicts = [{ file: 'a', kind: 'binary' }];
  const { url, log } = await serve(t, {
    answers: {
      startMerge: () =>
        Promise.reject(new MakimaError('MERGE_CONFLICT', undefined, { details: { success: false, conflicts, type: 'x', requestId: 'x' } })),
      pauseTask: () => Promise.reject(new Error('a secret path')),
    },
  });
  const { ask } = await connect(t, url);
  t.match(await ask({ type: 'mergeStart', taskId, subtaskId: taskId, requestId: 'm' }), {
    type: 'error',
    requestId: 'm',
    code: 'MERGE_CONFLICT',
    statusCode: 409,
    success: false,
    conflicts,
  });
  const internal = await ask({ type: 'pauseTask', taskId });
  t.match(internal, { type: 'error', code: 'INTERNAL', statusCode: 500 });
  t.notOk(JSON.stringify(internal).includes('secret'));
  t.ok(log.some((line) => line.includes('a secret path')));
});

void t.test('several are under way at once, two of one name too, and no more than may', async (t) => {
  const { url } = await serve(t, { answers: { mergeStatus: never }, limits: { socketCommands: 3 } });
  const { send, ask, next, frames } = await connect(t, url);
  send({ type: 'mergeStatus', taskId, requestId: 'a' });
  send({ type: 'mergeStatus', taskId, requestId: 'b' });
  send({ type: 'checkTargetExists', targetDir: '/1', requestId: 'same' });
  await next('checkTargetExistsResult');
  t.match(await ask({ type: 'checkTargetExists', targetDir: '/2', requestId: 'same' }), { targetDir: '/2', requestId: 'same' });
  t.equal(frames.filter((frame) => frame.type === 'checkTargetExistsResult').length, 2);
  send({ type: 'mergeStatus', taskId, requestId: 'c' });
  t.match(await ask({ type: 'checkTargetExists', targetDir: '/3' }), { type: 'error', code: 'TOO_MANY_COMMANDS', statusCode: 429 });
});

void t.test('what is said to one agent is said in order, whatever becomes of what came before', async (t) => {
  const said: string[] = [];
  const letGo: (() => void)[] = [];
  const { url } = await serve(t, {
    answers: {
      sendMessage: async (_caller, id, message) => {
        said.push(`${id === taskId ? '' : 'other '}${message}`);
        if (message === 'first') await new Promise<void>((resolve) => letGo.push(resolve));
        if (message === 'second') throw new MakimaError('TASK_NOT_RUNNING');
        return { id, delivered: true };
      },
    },
  });
  const { send, ask } = await connect(t, url);
  send({ type: 'sendMessage', taskId: taskId.toUpperCase(), message: 'first', requestId: 1 });
  const second = ask({ type: 'sendMessage', taskId, message: 'second', requestId: 2 });
  const third = ask({ type: 'sendMessage', taskId, message: 'third', requestId: 3 });
  const other = '8f2b8a52-6d0e-4c57-9d5e-0c2a1b7f4e22';
  await ask({ type: 'sendMessage', taskId: other, message: 'is not waited for' });
  await ask({ type: 'interruptTask', taskId });
  letGo[0]?.();
  t.match([(await second).type, (await third).type], ['error', 'messageResult']);
  t.strictSame(said, ['other first', 'other is not waited for', 'second', 'third']);
});

void t.test('a frame that is too large, or is no UTF-8, ends the connection with the code for that', async (t) => {
  const { url } = await serve(t, { limits: { bodyBytes: 1000 } });
  const large = await connect(t, url);
  large.socket.send('x'.repeat(1001));
  t.equal((await large.closed).code, 1009);
  const broken = await connect(t, url);
  broken.socket.send(Buffer.from([0xff]), { binary: false });
  t.equal((await broken.closed).code, 1007);
  const { ask } = await connect(t, url);
  t.match(await ask({ type: 'mergeStatus', taskId }), { type: 'mergeStatusResponse' }, 'and nothing else');
});

void t.test('a tool key that died opens nothing any more, and its socket is closed', async (t) => {
  let isAlive = true;
  const answers = {
    callerOfToolKey: (): Promise<Caller | null> => Promise.resolve(isAlive ? { kind: 'tool-key', taskId, keyId: taskId } : null),
  };
  const headers = { 'x-makima-tool-key': toolKey };
  const busy = await connect(t, (await serve(t, { answers })).url, { headers });
  const idle = await connect(t, (await serve(t, { answers, limits: { socketPingMs: 20 } })).url, { headers });
  t.match(await busy.ask({ type: 'mergeStatus', taskId }), { type: 'mergeStatusResponse' });
  isAlive = false;
  t.match(await busy.ask({ type: 'mergeStatus', taskId }), { type: 'error', code: 'UNAUTHENTICATED' });
  t.match(await busy.closed, { code: 4401, reason: 'UNAUTHENTICATED' });
  t.match(await idle.next('error'), { requestId: null, code: 'UNAUTHENTICATED' });
  t.match(await idle.closed, { code: 4401 });
});
