/** What is known of an agent's installation. */
export interface AgentInstallation {
  name: string;
  command: string;
  /** The absolute path, null where it was not found. */
  path: string | null;
  version: string | null;
  /** Why it cannot be used and how to get there, without its last full stop as MakimaError takes it; null where it can. */
  problem: string | null;
}
