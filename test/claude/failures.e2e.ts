/** The failures of the installed claude, and whether something is known to do about each: a new version may word them otherwise. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { explainFailure } from '../../src/agents/claude/explain-failure.ts';
import { startModelApi } from '../fixtures/model-api/server.ts';
import { isResult, startBareClaude } from './bare-claude.ts';
import { fail, hang } from './directives.ts';
import { installClaude } from './install-claude.ts';
import { claudeEnv, isolatedFolder } from './isolated.ts';

const binary = await installClaude();

const cases: [what: string, remedy: RegExp, env?: Record<string, string>][] = [
  [fail(401), /credentials were refused/],
  [fail(404), /Choose a model/],
  [fail(413), /new conversation/],
  [fail(429), /Wait until the limit is reset/],
  [fail(529), /few minutes/],
  [hang, /API_TIMEOUT_MS/, { API_TIMEOUT_MS: '1000', CLAUDE_CODE_MAX_RETRIES: '0' }],
];

for (const [what, remedy, env = {}] of cases) {
  void t.test(`${what}: what claude says has its remedy`, async (t) => {
    const api = await startModelApi();
    t.teardown(() => api.close());
    const folder = await isolatedFolder(t);
    const cwd = join(folder, 'project');
    await mkdir(cwd);
    const claude = startBareClaude(t, binary, cwd, { ...(await claudeEnv(folder, api.url)), ...env });
    claude.send(what);
    const { result, is_error: isError } = await claude.until(isResult);
    t.equal(isError, true);
    t.match(explainFailure(String(result)), remedy, String(result));
  });
}
