/** Schemas are compiled when a request needs them and not held against what a schema may be; that is done here, for all that there are. */
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import buildValidator from '@fastify/ajv-compiler';
import buildSerializer from '@fastify/fast-json-stringify-compiler';
import t from 'tap';
import { namedSchemas } from '../../schemas/index.ts';
import { validatorOptions } from '../../src/http/requests/validation.ts';
import { taskId } from './recorded-actions.ts';
import { serve } from './serve.ts';

const root = join(import.meta.dirname, '../..');

const isSchema = (value: unknown): value is object => typeof value === 'object' && value !== null && 'type' in value;

void t.test('every schema is one, and has a validator and a serializer', async (t) => {
  const externals = Object.fromEntries(namedSchemas.map((schema) => [String(schema.$id), schema]));
  const validate = buildValidator()(externals, { customOptions: validatorOptions });
  let count = 0;
  for (const file of globSync('schemas/*.ts', { cwd: root })) {
    const exported: unknown = await import(join(root, file));
    for (const [name, schema] of Object.entries(Object(exported) as Record<string, unknown>)) {
      if (!isSchema(schema)) continue;
      count += 1;
      t.doesNotThrow(() => validate({ schema }), `${file} ${name}`);
      t.doesNotThrow(() => buildSerializer()(externals)({ schema, method: 'GET', url: '/', httpStatus: '200' }), `${file} ${name}`);
    }
  }
  t.ok(count > 40, `${count} schemas`);
});

void t.test('the first request, of several at once, has its compilers', async (t) => {
  const { call } = await serve(t);
  const statuses = await Promise.all([`tasks/${taskId}`, 'tasks/no-id', 'tasks', 'info'].map(async (path) => (await call(path)).status));
  t.strictSame(statuses, [200, 400, 200, 200]);
});

void t.test('a start does not load the compilers', (t) => {
  const loaded = execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { registerHooks } from 'node:module';
       const seen = [];
       registerHooks({ load: (url, context, next) => (seen.push(url), next(url, context)) });
       await import(${JSON.stringify(join(root, 'src/main/app.ts'))});
       process.stdout.write(seen.join('\\n'));`,
    ],
    { encoding: 'utf8' },
  );
  t.match(loaded, /node_modules\/fastify\//);
  const late = /node_modules\/(?:ajv|fast-json-stringify\/index\.js)/;
  t.strictSame(
    loaded.split('\n').filter((url) => late.test(url)),
    [],
  );
  t.end();
});
