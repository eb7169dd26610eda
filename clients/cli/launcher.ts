/** What was found wrong with this machine or the home, or worth knowing. */
export interface Finding {
  /** What was looked at: `git`, `agent claude`, `port`. */
  what: string;
  state: 'good' | 'note' | 'bad';
  /** What was found. */
  says: string;
  /** What to do; null where nothing is to be done. */
  remedy: string | null;
}

/** What `bin/makima.cjs` has for the command, which itself knows nothing of the daemon's inside. */
export interface Launcher {
  version: string;
  /** The directory of the package or the clone. */
  root: string;
  /** The program and its arguments that run this command again, in a process of its own. */
  self: readonly [string, ...string[]];
  /** Has the daemon's own code look at the machine, the settings and the home, while it runs or not. */
  examine: (env: NodeJS.ProcessEnv) => Promise<Finding[]>;
}
