import { installAgent, type NpmAgent } from '../real/install-agent.ts';

/** The version that the tests were written against; another one may speak another protocol. */
export const claudeVersion = '2.1.330';

/** A Node that was linked against glibc names its version in the report; one on musl does not. */
const onMusl = (): boolean => {
  const report: unknown = process.report.getReport();
  const header: unknown = typeof report === 'object' && report !== null ? Reflect.get(report, 'header') : undefined;
  return typeof header === 'object' && header !== null && Reflect.get(header, 'glibcVersionRuntime') === undefined;
};

/**
 * @returns the npm package that holds the binary for this machine
 * @throws Error where there is none
 */
export const platformPackage = (
  platform: string = process.platform,
  arch: string = process.arch,
  musl: boolean = platform === 'linux' && onMusl(),
): string => {
  if (!['linux', 'darwin'].includes(platform) || !['x64', 'arm64'].includes(arch)) {
    throw new Error(`There is no claude for ${platform}-${arch}: run these tests on Linux or macOS, x64 or arm64`);
  }
  return `@anthropic-ai/claude-code-${platform}-${arch}${musl ? '-musl' : ''}`;
};

/**
 * claude for the machine that this runs on: its binary alone.
 * @throws Error where there is none
 */
export const claudeOfThisMachine = (): NpmAgent => {
  const packageName = platformPackage();
  return { name: 'claude', version: claudeVersion, packageName, program: `${packageName}/claude` };
};

/**
 * Installs the pinned claude into a cache folder unless it is there: the binary of this machine alone.
 * @returns the absolute path of the binary
 * @throws Error that says what to do, where npm could not fetch it
 */
export const installClaude = (cache?: string): Promise<string> => installAgent(claudeOfThisMachine(), cache);
