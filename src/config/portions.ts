/** What of the settings a part is given. */
import type { Config } from './config.ts';

/** A setting in milliseconds, null where it is 0 and that means never. */
const unlessNever = (value: number, unitMs: number): number | null => (value === 0 ? null : value * unitMs);

/** The times that the runs keep, in milliseconds. */
export const timingOf = (config: Config) => ({
  silence: {
    start: unlessNever(config.startSilenceSeconds, 1000),
    turn: unlessNever(config.silenceSeconds, 1000),
    'after-result': unlessNever(config.resultSilenceSeconds, 1000),
  },
  limit: { retry: config.limitRetryMs, pause: config.limitPauseMs },
  silenceInterrupt: unlessNever(config.silenceInterruptMinutes, 60_000),
  interruptGrace: config.interruptGraceMs,
  terminateGrace: config.terminateGraceMs,
  exitGrace: config.exitGraceMs,
  backgroundWait: config.backgroundWaitMs,
  backgroundLimit: unlessNever(config.backgroundMinutes, 60_000),
  approval: unlessNever(config.approvalMinutes, 60_000),
  startInterval: config.startIntervalMs,
  waitGrace: config.waitGraceMs,
  gather: config.gatherMs,
  recovery: config.recoveryMs,
  projectCommand: config.setupTimeoutMs,
});

/** How the disk is kept. */
export const houseRulesOf = (config: Config) => ({
  retention: { days: config.retentionDays, bytes: config.retentionBytes },
  worktreeDays: config.worktreeDays,
  snapshotDays: config.snapshotDays,
  firstMs: config.keepFirstMs,
  everyMs: config.keepEveryMs,
});

/** How webhooks are delivered. */
export const deliveryOf = (config: Config) => ({
  allow: config.webhookAllow,
  mostWaiting: config.webhookWaiting,
  times: {
    firstPauseMs: config.webhookPauseMs,
    longestPauseMs: config.webhookLongestPauseMs,
    timeoutMs: config.webhookTimeoutMs,
    giveUpMs: config.webhookGiveUpMs,
  },
});
