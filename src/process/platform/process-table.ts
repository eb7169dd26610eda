/** One process as the operating system tells of it. */
export interface ProcessInfo {
  pid: number;
  ppid: number;
  pgid: number;
  /** The session; null where the system does not tell. */
  sid: number | null;
  /** When it started, in the system's own words: only ever compared for equality. Together with the pid it names one process of a boot. */
  startTime: string;
  state: 'running' | 'stopped' | 'zombie';
}

/** A process, and what its environment says of the variable that was asked for. */
export interface TableEntry extends ProcessInfo {
  /** Every value of it: one or none, but nothing keeps an environment from having two of a name. */
  marks: readonly string[];
}

/** What differs from system to system about processes. */
export interface ProcessPlatform {
  /** Names this boot: pids and start times mean nothing in another. */
  bootId(): Promise<string>;
  /** What is known of these pids now; one that does not exist is left out. */
  identify(pids: readonly number[]): Promise<Map<number, ProcessInfo>>;
  /**
   * Every process that can be seen.
   * @param variable - looked for in each environment
   */
  table(variable: string): Promise<TableEntry[]>;
  /**
   * The processes that work in a directory: are in it or below it, or have something there open. Of those that may be looked at.
   * @param directory - without links in its path
   */
  usersOf(directory: string): Promise<number[]>;
}
