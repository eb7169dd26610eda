/** What a script reads of how it went; those of `gh`, which has them for the same. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** A task was interrupted, or the person gave up watching. */
  cancelled: 2,
  noCredential: 4,
  /** The time that was given is over, and what was waited for still runs. */
  stillRunning: 8,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A command cannot do what it was asked for. The message says what happened and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  /** As the contract has it, or of the command's own; null where nobody would branch on it. */
  readonly code: string | null;
  readonly exitCode: ExitCode;

  constructor(message: string, { code = null, exitCode = exitCodes.failed }: { code?: string | null; exitCode?: ExitCode } = {}) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** The person has asked that it end, by Ctrl-C. What they should know was said by then. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}
