// Holds asyncapi.yaml against the specification: node validate-asyncapi.mjs <where @asyncapi/parser is installed> <file>. Anything it says is a failure.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [, , modules = '', file = ''] = process.argv;
const { Parser } = createRequire(join(modules, 'x.js'))('@asyncapi/parser');
const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'));
for (const { code, message, path } of diagnostics) console.error(`${code}: ${message} (${path.join('.')})`);
if (document === undefined || diagnostics.length > 0) process.exit(1);
console.log(`${file} is valid AsyncAPI: ${document.messages().length} messages, ${document.operations().length} operations`);
