import { access, chmod, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** The version that the tests were written against; another one may speak another protocol. */
export const claudeVersion = '2.1.330';

/** Ten minutes: the download is about 100 MB, 380 MB on disk. */
const installTimeoutMs = 600_000;

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

const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false;
    throw error;
  }
};

/** The folder that keeps downloaded test programs from run to run. */
const cacheFolder = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'makima-test');

/**
 * Installs the pinned claude into the cache folder unless it is there. It is put together in a folder aside and
 * renamed, so a killed install leaves nothing that looks whole and two installs at once cannot mix.
 *
 * @returns the absolute path of the binary
 * @throws Error that says what to do, where npm could not fetch it
 */
export const installClaude = async (cache: string = cacheFolder()): Promise<string> => {
  const packageName = platformPackage();
  const home = join(cache, `claude-${claudeVersion}`);
  const binaryIn = (folder: string): string => join(folder, 'node_modules', packageName, 'claude');
  if (await isExecutable(binaryIn(home))) return binaryIn(home);

  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(join(cache, `.claude-${claudeVersion}-`));
  try {
    const args = [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--loglevel=error',
      '--prefix',
      aside,
      `${packageName}@${claudeVersion}`,
    ];
    const npm = await execa('npm', args, { reject: false, all: true, stdin: 'ignore', timeout: installTimeoutMs, cwd: aside });
    if (npm.failed) {
      throw new Error(
        `npm could not install ${packageName}@${claudeVersion} into ${cache}. These tests need the network once: check it, ` +
          `\`npm config get registry\` and the proxy settings, then run them again. npm said:\n${npm.message}`,
        { cause: npm },
      );
    }
    await chmod(binaryIn(aside), 0o755);
    await moveInto(aside, home, binaryIn);
    return binaryIn(home);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
};

/** Renames `aside` to `home`. What stands there already is either whole, from an install at the same time, or a wreck that is replaced. */
const moveInto = async (aside: string, home: string, binaryIn: (folder: string) => string): Promise<void> => {
  try {
    await rename(aside, home);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))) throw error;
    if (await isExecutable(binaryIn(home))) return;
    await rm(home, { recursive: true, force: true });
    await rename(aside, home);
  }
};
