import fc from 'fast-check';
import t from 'tap';
import { taskId } from './recorded-actions.ts';
import { serve, type Served } from './serve.ts';

const paths = [
  'tasks',
  `tasks/${taskId}`,
  `tasks/${taskId}/stop`,
  `tasks/${taskId}/messages`,
  `tasks/${taskId}/sibling-context`,
  `tasks/${taskId}/tool-keys`,
  `tasks/${taskId}/worktree/clone`,
];
const fields = [
  'name',
  'plan',
  'priority',
  'start',
  'copyFiles',
  'dependsOn',
  'message',
  'targetDir',
  'label',
  'expiresAt',
  'status',
  'graceful',
  'siblingTaskId',
  '__proto__',
  'constructor',
  'toString',
];

/** Whatever comes, the answer is a success or a 4xx in the shape of every error. */
const holds = async (served: Served, path: string, init: RequestInit): Promise<boolean> => {
  const response = await served.call(path, { method: path === `tasks/${taskId}` ? 'PUT' : 'POST', ...init });
  const text = await response.text();
  if (response.ok) return true;
  const body = JSON.parse(text) as { statusCode: unknown; code: unknown; message: unknown };
  return (
    response.status < 500 &&
    body.statusCode === response.status &&
    typeof body.code === 'string' &&
    typeof body.message === 'string' &&
    response.headers.has('x-makima-error')
  );
};

void t.test('no body makes a 500', async (t) => {
  const served = await serve(t);
  const value = fc.oneof(
    fc.anything({ withNullPrototype: false, maxDepth: 2 }),
    fc.string({ unit: 'binary' }),
    fc.constant(taskId),
    fc.constant('2999-01-01T00:00:00Z'),
  );
  const object = fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), value, { maxKeys: 5 });
  const json = fc
    .oneof(object, value)
    .map((body) => JSON.stringify(body, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), json, (path, body) =>
      holds(served, path, { headers: { 'content-type': 'application/json' }, body }),
    ),
    { numRuns: 300 },
  );
  const form = fc
    .array(fc.tuple(fc.constantFrom(...fields), fc.string({ unit: 'binary' })), { maxLength: 6 })
    .map((pairs) => pairs.map(([name, text]) => `${name}=${text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'}`).join('&'));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), form, (path, body) =>
      holds(served, path, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }),
    ),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.constantFrom('application/json', 'application/x-www-form-urlencoded'),
      fc.uint8Array({ minLength: 1 }),
      (path, type, bytes) => holds(served, path, { headers: { 'content-type': type }, body: new Uint8Array(bytes) }),
    ),
    { numRuns: 300 },
  );
});

void t.test('no path and no query makes a 500', async (t) => {
  const served = await serve(t);
  const part = fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((text) =>
    text
      .split('')
      .map((letter) => (/[\w%?&=./-]/.test(letter) ? letter : '%' + letter.charCodeAt(0).toString(16).padStart(2, '0')))
      .join(''),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 4 }), part, async (parts, query) => {
      const response = await served.call(`/api/v1/mesh/${parts.join('/')}?${query}`);
      await response.text();
      return response.status < 500;
    }),
    { numRuns: 300 },
  );
  t.notOk(served.log.some((line) => line.includes('"level":50')));
});
