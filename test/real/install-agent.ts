import { access, chmod, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A real agent as npm has it. It is a program of the tests' own and never a dependency. */
export interface NpmAgent {
  /** Of its folder in the cache, before the version. */
  name: string;
  /** The version that the tests were written against; another one may speak another protocol. */
  version: string;
  packageName: string;
  /** Where its program is, below `node_modules`. */
  program: string;
}

/** Ten minutes: a download is up to 200 MB, 430 MB on disk. */
const installTimeoutMs = 600_000;

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
 * Installs the pinned agent into the cache folder unless it is there. It is put together in a folder aside and
 * renamed, so a killed install leaves nothing that looks whole and two installs at once cannot mix.
 *
 * @returns the absolute path of the program
 * @throws Error that says what to do, where npm could not fetch it
 */
export const installAgent = async (agent: NpmAgent, cache: string = cacheFolder()): Promise<string> => {
  const { name, version, packageName, program } = agent;
  const home = join(cache, `${name}-${version}`);
  const programIn = (folder: string): string => join(folder, 'node_modules', program);
  if (await isExecutable(programIn(home))) return programIn(home);

  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(join(cache, `.${name}-${version}-`));
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
      `${packageName}@${version}`,
    ];
    const npm = await execa('npm', args, { reject: false, all: true, stdin: 'ignore', timeout: installTimeoutMs, cwd: aside });
    if (npm.failed) {
      throw new Error(
        `npm could not install ${packageName}@${version} into ${cache}. These tests need the network once: check it, ` +
          `\`npm config get registry\` and the proxy settings, then run them again. npm said:\n${npm.message}`,
        { cause: npm },
      );
    }
    await chmod(programIn(aside), 0o755);
    await moveInto(aside, home, programIn);
    return programIn(home);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
};

/** Renames `aside` to `home`. What stands there already is either whole, from an install at the same time, or a wreck that is replaced. */
const moveInto = async (aside: string, home: string, programIn: (folder: string) => string): Promise<void> => {
  try {
    await rename(aside, home);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))) throw error;
    if (await isExecutable(programIn(home))) return;
    await rm(home, { recursive: true, force: true });
    await rename(aside, home);
  }
};

/**
 * The agent's program, or why there is none, by which its tests are skipped and named: `t.test(name, { skip }, …)`.
 * One that is there and does not work is no reason to skip.
 */
export const agentOrSkip = async (agent: NpmAgent): Promise<{ program: string; skip: false } | { program: ''; skip: string }> => {
  try {
    return { program: await installAgent(agent), skip: false };
  } catch (error) {
    return {
      program: '',
      skip: `${agent.name} ${agent.version} cannot be installed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
};
