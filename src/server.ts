import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

// Compiling the sources anew is a quarter of a start and 40 MB of memory. Where nothing can be written it goes on without.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compile'));
const { serve } = await import('./serve.ts');

await serve(process.argv.slice(2));
flushCompileCache();
