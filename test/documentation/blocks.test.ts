/** Every block of code in the documentation is one in its language. Those that can be run are run by run-pages.daemons.ts and tour.test.ts. */
import { spawnSync } from 'node:child_process';
import buildValidator from '@fastify/ajv-compiler';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { namedSchemas } from '../../schemas/index.ts';
import { validatorOptions } from '../../src/http/requests/validation.ts';
import { blocks, pages, placeOf, type Block } from './blocks.ts';

const externals = Object.fromEntries(namedSchemas.map((schema) => [String(schema.$id), schema]));

/** What a block's text lacks to be in its language, null where that is nothing. */
const complaints: Readonly<Record<string, (block: Block) => string | null>> = {
  sh: ({ text }) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
    return status === 0 ? null : stderr;
  },
  json: ({ text, shape }) => {
    const value: unknown = JSON.parse(text);
    if (shape === null) return null;
    const validate = buildValidator()(externals, { customOptions: validatorOptions })({ schema: { $ref: `${shape}#` } });
    return validate(value) === true ? null : JSON.stringify(validate.errors);
  },
  // Each line by itself.
  ndjson: ({ text }) => {
    for (const line of text.trimEnd().split('\n')) JSON.parse(line);
    return null;
  },
  yaml: ({ text }) => {
    const [error] = parseAllDocuments(text).flatMap(({ errors }) => errors);
    return error?.message ?? null;
  },
  ini: ({ text }) => text.split('\n').find((line) => !/^\s*([#;].*|\[[^\]]+\]|[\w-]+\s*=.*)?$/.test(line)) ?? null,
  nginx: ({ text }) => {
    const code = text.replace(/#.*/g, '');
    const opened = code.split('{').length - code.split('}').length;
    return opened === 0 ? (code.split('\n').find((line) => !/^\s*(.*[;{}])?\s*$/.test(line)) ?? null) : 'its braces do not match';
  },
  caddy: ({ text }) => (text.split('{').length === text.split('}').length ? null : 'its braces do not match'),
  crontab: ({ text }) => text.split('\n').find((line) => !/^(#.*|\w+=.*|(\S+\s+){5}\S.*|@\w+\s+\S.*)?$/.test(line)) ?? null,
  python: ({ text }) => {
    const { status, stderr } = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
      input: text,
      encoding: 'utf8',
    });
    // Where there is none, nobody can say.
    return status === 0 || status === null ? null : stderr;
  },
  // Drawings, and what a terminal shows.
  text: () => null,
};
/** Compiled and run, and with that looked at. */
const programs = ['ts', 'js'];

const complaintOf = (block: Block): string | null => {
  const look = complaints[block.language];
  if (look === undefined)
    return programs.includes(block.language) || block.notRun !== null ? null : `nobody can read "${block.language}" here`;
  try {
    return look(block);
  } catch (error) {
    return String(error);
  }
};

void t.test('every block is one in its language', (t) => {
  t.ok(pages.length > 8 && blocks.length > 30, `${blocks.length} blocks of ${pages.length} pages were found`);
  for (const block of blocks) t.equal(complaintOf(block), null, placeOf(block));
  t.end();
});

void t.test('what is not run says why', (t) => {
  const left = blocks.filter(({ notRun }) => notRun !== null);
  for (const block of left) t.comment(`${placeOf(block)} is not run: ${String(block.notRun)}`);
  t.comment(`${left.length} of ${blocks.length} blocks are not run`);
  t.ok(left.length < blocks.length / 2);
  t.end();
});

void t.test('the looks see what they look for', (t) => {
  const block = (language: string, text: string, shape: string | null = null): Block => ({
    page: 'x.md',
    line: 1,
    language,
    text,
    notRun: null,
    shape,
  });
  for (const [language, text] of [
    ['sh', 'if true; then\n'],
    ['json', '{"a": }'],
    ['ndjson', '{}\n{'],
    ['yaml', 'a: [1\n'],
    ['ini', '[Unit]\nno setting\n'],
    ['nginx', 'location / {\n  proxy_pass http://x\n}\n'],
    ['nginx', 'location / {\n'],
    ['crontab', '* * * command\n'],
    ['cobol', 'DISPLAY'],
    ['', 'what is it'],
  ] as const)
    t.ok(complaintOf(block(language, text)), `${language}: ${text}`);
  t.ok(complaintOf(block('json', '{"statusCode": 404}', 'Error')), 'a shape is looked at');
  t.equal(complaintOf(block('json', '{"status": "ok"}', 'Health')), null);
  t.end();
});
