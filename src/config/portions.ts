/** What of the settings a part is given. */
import type { Config } from './config.ts';

/** The times that the runs keep, in milliseconds. */
export const timingOf = (config: Config) => ({
  silence: config.silenceMs,
  interruptGrace: config.interruptGraceMs,
  terminateGrace: config.terminateGraceMs,
  exitGrace: config.exitGraceMs,
  backgroundWait: config.backgroundWaitMs,
  backgroundLimit: config.backgroundMinutes === 0 ? null : config.backgroundMinutes * 60_000,
  approval: config.approvalMinutes === 0 ? null : config.approvalMinutes * 60_000,
  startInterval: config.startIntervalMs,
  waitGrace: config.waitGraceMs,
  recovery: config.recoveryMs,
  projectCommand: config.setupTimeoutMs,
});

/** How the disk is kept. */
export const houseRulesOf = (config: Config) => ({
  retention: { days: config.retentionDays, bytes: config.retentionBytes },
  worktreeDays: config.worktreeDays,
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
