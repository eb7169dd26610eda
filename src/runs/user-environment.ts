import { delimiter, dirname, join } from 'node:path';

/** The `node_modules/.bin` of a directory and of every one above it: what npm puts on the path of the scripts it runs. */
const binDirectories = (directory: string): string[] => {
  const above = dirname(directory);
  return [join(directory, 'node_modules', '.bin'), ...(above === directory ? [] : binDirectories(above))];
};

/**
 * The environment as the user has it. `npm start` puts makima's own packages first on the path, its Node among them: an
 * agent that runs a project's tests is to find the user's Node and not ours.
 * @param packageDirectory - the directory of makima's package.json
 */
export const userEnvironment = (env: NodeJS.ProcessEnv, packageDirectory: string): NodeJS.ProcessEnv => {
  if (env['PATH'] === undefined) return env;
  const ours = new Set(binDirectories(packageDirectory));
  const path = env['PATH'].split(delimiter).filter((entry) => !ours.has(entry) && !/[/\\]@npmcli[/\\]run-script[/\\].*node-gyp-bin$/.test(entry));
  return { ...env, PATH: path.join(delimiter) };
};
