/** docs/command.md has every command and option that there is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commandPage } from '../../../scripts/command-page.ts';

void t.test('the page is what the program makes', (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/command.md'), 'utf8');
  t.equal(page, commandPage(), 'npm run openapi writes it anew');
  for (const command of ['run', 'ls', 'merge resolve', 'completion']) t.ok(page.includes(`\`makima ${command}`), command);
  t.notMatch(page, /__complete/);
  t.end();
});
