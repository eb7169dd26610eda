/** An agent beside claude as the settings have it: its entry in the table, with what the user says about it. */
export interface AgentSettings {
  name: string;
  /** Found on the PATH, or a path, with `~` for the home. */
  command: string;
  args: readonly string[];
  /** Added to these where it goes on with a session, beside what its protocol says of it. */
  resumeArgs?: (session: string) => readonly string[];
  /** Added to its environment. */
  env: Readonly<Record<string, string>>;
  /** The environment that it inherits, where PATH and HOME are looked up. */
  inheritedEnv: Readonly<Record<string, string | undefined>>;
  /** It asks before it does what its own rules do not allow. MAKIMA_ENABLE_PERMISSIONS */
  enablePermissions: boolean;
  /** How somebody comes to have it, without its last full stop. */
  howToInstall: string;
}
