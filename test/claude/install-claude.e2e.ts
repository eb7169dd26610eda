import { readdir } from 'node:fs/promises';
import { execa } from 'execa';
import t from 'tap';
import { claudeVersion, installClaude, platformPackage } from './install-claude.ts';
import { isolatedFolder } from './isolated.ts';

void t.test('every platform has its package, or a reason why not', (t) => {
  t.equal(platformPackage('linux', 'x64', false), '@anthropic-ai/claude-code-linux-x64');
  t.equal(platformPackage('linux', 'arm64', true), '@anthropic-ai/claude-code-linux-arm64-musl');
  t.equal(platformPackage('darwin', 'arm64'), '@anthropic-ai/claude-code-darwin-arm64');
  t.throws(() => platformPackage('win32', 'x64'), /no claude for win32-x64/);
  t.throws(() => platformPackage('linux', 'riscv64'), /no claude for linux-riscv64/);
  t.end();
});

void t.test('what is installed is the pinned version, and a second call finds it', async (t) => {
  const binary = await installClaude();
  t.equal(await installClaude(), binary);
  t.match((await execa(binary, ['--version'])).stdout, claudeVersion);
});

void t.test('without a network the error says what to do and nothing half-made is left', async (t) => {
  const settings = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0', npm_config_cache: await isolatedFolder(t) };
  t.intercept(process, 'env', { value: { ...process.env, ...settings } });
  const cache = await isolatedFolder(t);
  await t.rejects(installClaude(cache), { message: /could not install .*need the network once[^]*127\.0\.0\.1:9/ });
  t.same(await readdir(cache), []);
});
