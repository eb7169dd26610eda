import t from 'tap';
import { errorResponses } from '../../src/http/documents/documented-route.ts';
import { shareResponses } from '../../src/http/documents/shared-responses.ts';

const success = { description: 'The task', content: { 'application/json': { schema: { type: 'string', enum: ['A'] } } } };

const paths = () => ({
  '/a': {
    get: { responses: { 200: success, ...errorResponses(['INTERNAL', 'TASK_NOT_FOUND', 'TASK_ACTIVE']) } },
    put: { responses: { 200: success, ...errorResponses(['INTERNAL', 'GIT_FAILED', 'TASK_NOT_FOUND']) } },
  },
  '/b': {
    parameters: [{ name: 'id' }],
    get: { responses: { 200: success, ...errorResponses(['GIT_FAILED', 'INTERNAL', 'TASK_NOT_FOUND']) } },
    put: { responses: { 200: success, ...errorResponses(['INTERNAL']) } },
  },
  '/c': { post: { summary: 'answers nothing' } },
});

const dereferenced = (value: unknown, shared: Record<string, unknown>): unknown =>
  JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
    const reference = typeof inner === 'object' && inner !== null && '$ref' in inner ? String(inner.$ref) : '';
    return reference.startsWith('#/components/responses/') ? shared[reference.replace('#/components/responses/', '')] : inner;
  });

void t.test('failures that several operations have are in the document once, and each operation answers what it did', (t) => {
  const document = paths();
  const shared = shareResponses(document);
  t.strictSame(Object.keys(shared), ['INTERNAL', 'TASK_NOT_FOUND'], 'what one operation alone has stays with it');
  t.same(document['/a'].get.responses[500 as 200], { $ref: '#/components/responses/INTERNAL' });
  t.strictSame(document['/a'].get.responses[200], success, 'a success is no failure');
  t.strictSame(dereferenced(document, shared), paths());
  t.end();
});

void t.test('a failure that names no codes stays where it is', (t) => {
  const other = { description: 'other', content: { 'text/html': {} } };
  const document = { '/a': { get: { responses: { 500: other } }, put: { responses: { 500: other } } } };
  t.strictSame(shareResponses(document), {});
  t.strictSame(document['/a'].put.responses[500], other);
  t.end();
});
