/** What is no setting of the contract: bounds and times that only a change of the program moves. */
export const tunables = {
  /** A plan of 2 million characters is 18 MB as a form, in which each byte can take three. */
  bodyLimitBytes: 20 * 1024 * 1024,
  /** Between the request to give up a turn and SIGTERM. */
  interruptGraceMs: 10_000,
  /** Between SIGTERM and SIGKILL. */
  terminateGraceMs: 5000,
  /** From the last word of an agent whose input is closed to its end by the daemon. */
  exitGraceMs: 60_000,
  /** How long an agent's background work, or a turn of a task that is done, is silent before somebody is told. */
  backgroundWaitMs: 1_800_000,
  /** From a limit of an account to the next try, where nobody knows when it is over, and where it was over when it was told. */
  limitRetryMs: 1_800_000,
  limitPauseMs: 60_000,
  /** How long the end of a subtask waits for others before an orchestrator at rest is told of it. */
  gatherMs: 500,
  setupTimeoutMs: 600_000,
  /** A wait for subtasks is many calls: how long after one the next may come. */
  waitGraceMs: 10_000,
  /** The most that a start waits for runs to be taken up before it is ready. */
  recoveryMs: 30_000,
  /** With less free on the disk, new work is refused. */
  minFreeBytes: 64 * 1024 * 1024,
  /** From the start to the first round of what keeps the disk, and from one to the next. */
  keepFirstMs: 120_000,
  keepEveryMs: 3_600_000,
  /** Between two tries to tell a webhook: the first pause, which grows to the longest. */
  webhookPauseMs: 1000,
  webhookLongestPauseMs: 3_600_000,
  /** For one such try. */
  webhookTimeoutMs: 15_000,
  /** A webhook that has not taken an event for so long is switched off. */
  webhookGiveUpMs: 5 * 24 * 3_600_000,
  /** How many events may wait for one webhook. */
  webhookWaiting: 10_000,
} as const;
