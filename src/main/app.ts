import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { routes } from '../../routes/index.ts';
import { createCompletions } from '../completion/completions.ts';
import type { Config } from '../config/config.ts';
import { deliveryOf, houseRulesOf, timingOf } from '../config/portions.ts';
import { addUsage, noUsage } from '../domain/usage.ts';
import { openEventLog, type EventLogOptions } from '../events/event-log.ts';
import { createPreparedWorktrees } from '../git/worktree/index.ts';
import { removeDaemonFile } from '../home/daemon-file.ts';
import { diskSpace } from '../home/disk.ts';
import { socketPlace } from '../home/socket-place.ts';
import { StartError } from '../home/start-error.ts';
import { buildHttp } from '../http/build-http.ts';
import { fitsSocket, listenUnix } from '../http/connections/unix-socket.ts';
import { createLedger } from '../ledger/ledger.ts';
import { notifyPerson } from '../notify/notify.ts';
import { findPlace } from '../place/find-place.ts';
import { settlePlace } from '../place/settle-place.ts';
import { processKeeper } from '../process/own-cgroup.ts';
import type { RunContext } from '../runs/context.ts';
import type { RunHook } from '../runs/hooks/hook.ts';
import { isListening } from '../runs/ports/is-listening.ts';
import { createPorts } from '../runs/ports/ports.ts';
import { createRuns } from '../runs/runs.ts';
import { startNotices } from '../runs/start-notices.ts';
import { userEnvironment } from '../runs/user-environment.ts';
import { openOrReplaceStore } from '../store/open-or-replace.ts';
import { StoreUnusableError } from '../store/store-error.ts';
import type { TaskStore } from '../store/task-store.ts';
import { createActions } from '../tasks/index.ts';
import { openDiskUsage } from '../tasks/keep/disk-usage.ts';
import { keepHouse } from '../tasks/keep/keep-house.ts';
import type { Parts } from '../tasks/parts.ts';
import { version } from '../version.ts';
import { createWebhooks } from '../webhooks/webhooks.ts';
import { doorsOf } from './doors-of.ts';
import { driversOf } from './drivers-of.ts';
import { beginLife, type Life } from './life.ts';
import { listen } from './listen.ts';
import { takeUp } from './take-up.ts';

export interface AppOptions {
  config: Config;
  logger: Logger;
  ownerToken: string;
  /** A home that is a copy is to become one of its own. */
  adopt?: boolean;
  /** Tells others where the daemon is, at the moment at which it becomes ready. */
  announce?: (where: Pick<App, 'url' | 'socket'>) => void;
  now?: () => Date;
  /** For tests: called at each point at which a crash must do no harm. */
  reached?: (point: string) => void;
  /** For tests: hooks of every run beside the daemon's own. */
  hooks?: readonly RunHook[];
  /** For tests: puts a store in the place of the one that was opened, and a write of the event logs in that of the system's; they fail where the test says. */
  twins?: { store?: (store: TaskStore) => TaskStore; write?: NonNullable<EventLogOptions['write']> };
}

export interface App {
  /** What the user should know at once, a sentence each. */
  notices: string[];
  /** Where it listens, with the base path. */
  url: string;
  socket: string;
  /** Stops taking requests, ends the streams and lets go of the agents, which go on; or ends them first. Can be repeated. */
  close(options?: { stopAgents?: boolean }): Promise<void>;
  /** Whether an agent is being stopped, for which a close waits. */
  isStopping(): boolean;
}

/** From the moment at which it is ready, in milliseconds: whoever waited for that comes first. */
const warmUpMs = 100;

/** What nearly every part works with. */
const settingsOf = ({ config, logger, now = () => new Date(), reached = () => undefined }: AppOptions) => {
  const inheritedEnv = userEnvironment(process.env, join(import.meta.dirname, '../..'), homedir());
  return {
    reached,
    userHome: homedir(),
    inheritedEnv,
    keepSubtasks: config.keepSubtasks,
    resumeAfterLimit: config.resumeAfterLimit,
    now,
    newId: () => randomUUID(),
    report: (what: string, error: unknown) => logger.error({ err: error }, what),
    directories: {
      caches: join(config.home, 'caches'),
      repositories: join(config.home, 'repositories'),
      kept: join(config.home, 'kept'),
      worktrees: config.worktreeDir,
      runs: join(config.home, 'runs'),
    },
    drivers: driversOf(config, inheritedEnv),
  };
};

type Settings = ReturnType<typeof settingsOf>;

/** What is kept of tasks: their rows and their logs. */
const openState = async ({ config, logger, twins }: AppOptions, settings: Settings, life: Life) => {
  const { store: own, isNew, setAside } = await openOrReplaceStore(join(config.home, 'state.sqlite'), { now: settings.now });
  life.atEnd(() => own.close());
  const store = twins?.store?.(own) ?? own;
  const log = openEventLog({
    directory: join(config.home, 'events'),
    now: settings.now,
    warn: (message) => logger.warn(message),
    ...(twins?.write && { write: twins.write }),
  });
  life.atEnd(() => log.close());
  return { store, log, ledger: createLedger(store, log, settings), isNew, setAside };
};

/** What the daemon says of itself. */
const describeDaemon = (config: Config, id: string, startedAt: Date): Parts['daemon'] => ({
  id,
  version,
  home: config.home,
  startedAt: startedAt.toISOString(),
  limits: {
    maxConcurrentTasks: config.maxConcurrentTasks,
    maxDepth: config.maxDepth,
    maxTasks: config.maxTasks,
    maxStreams: config.maxStreams,
    bodyBytes: config.bodyLimitBytes,
  },
});

/** Each part is made of those before it. */
const build = async (options: AppOptions, life: Life): Promise<App> => {
  const { config, logger } = options;
  const settings = settingsOf(options);
  // The daemon's own git finds git-lfs and credential helpers there as well.
  process.env['PATH'] = settings.inheritedEnv['PATH'];
  const place = await findPlace(config.home, settings.directories, options.adopt ?? false);
  const { store, log, ledger, isNew, setAside } = await openState(options, settings, life);
  const ports = createPorts({ first: config.portFirst, count: config.portRange, isListening });
  const shared = { ...settings, homeId: place.id, store, log, ledger, ports };

  const completions = createCompletions({ ...shared, commitAuthor: config.commitAuthor, shutdown: life.draining });
  life.atEnd(() => completions.close());
  const prepared = createPreparedWorktrees({
    ...settings,
    directory: join(config.home, 'prepared'),
    worktrees: config.worktreeDir,
    perBase: config.preparedWorktrees,
    maxBytes: config.preparedBytes,
  });
  life.atEnd(() => prepared.close());
  let used = noUsage;
  const runContext: RunContext = {
    ...shared,
    completions,
    prepared,
    apiUrl: life.url,
    timing: timingOf(config),
    maxLogBytes: config.maxLogBytes,
    used: (more) => (used = addUsage(used, more)),
    tellParents: config.tellParents,
  };
  const runs = createRuns(runContext, config.maxConcurrentTasks, options.hooks);
  life.atEnd((ending) => runs.close(ending));
  const ofPlace = await settlePlace(config.home, place, runContext, runs);

  const webhooks = createWebhooks({ ...shared, ...deliveryOf(config), version });
  life.atEnd(() => webhooks.close());

  const disk = openDiskUsage({ ...shared, home: config.home, preparedBytes: () => prepared.counts().bytes });
  const actionParts: Parts = {
    ...shared,
    completions,
    webhooks,
    runs,
    home: config.home,
    maxDepth: config.maxDepth,
    maxTasks: config.maxTasks,
    projectCommandTimeoutMs: config.setupTimeoutMs,
    diskSpace: () => diskSpace(config.home),
    disk,
    minFreeBytes: config.minFreeBytes,
    daemon: describeDaemon(config, place.id, settings.now()),
  };
  const actions = createActions(actionParts);
  const http = await buildHttp({
    actions,
    prepared: () => prepared.counts(),
    usage: () => used,
    routes,
    logger,
    ownerToken: options.ownerToken,
    version,
    basePath: config.basePath,
    isReady: life.isReady,
    drainSignal: life.draining,
    allowedHosts: config.allowedHosts,
    allowedOrigins: config.allowedOrigins,
    trustedProxies: config.trustedProxies,
    limits: { bodyBytes: config.bodyLimitBytes, streams: config.maxStreams },
    ...doorsOf({ id: place.id, version }),
  });
  life.atEnd(() => http.close());
  const socket = await socketPlace(config.home, place.id, fitsSocket);
  life.atEnd(() => socket.leave());
  // A daemon that was killed has left its own, whose pid may be another process's by now: nobody is to take that for ours once we answer.
  await removeDaemonFile(config.home);
  const url = await listen(http, config, store);
  life.listensAt(url);
  const unix = await listenUnix(http, socket.path);
  life.atEnd(() => unix.close());

  logger.info(`The processes of a run are held together by: ${processKeeper()}`);
  const found = await takeUp(runContext, runs, isNew);
  await completions.recover();
  // Not a moment between them: whoever is told where it is finds it ready, and whoever finds it ready can read where it is.
  options.announce?.({ url, socket: socket.path });
  life.becomeReady();
  // What no request has needed yet, for the first that does.
  setTimeout(() => void http.loadCompilers(), warmUpMs).unref();
  prepared.begin();
  if (config.notify.length > 0)
    life.atEnd(notifyPerson({ ...shared, command: config.notify, types: config.notifyTypes, home: config.home }));
  webhooks.begin().catch((error: unknown) => shared.report('taking up the webhooks', error));
  life.atEnd(keepHouse({ ...actionParts, disk, tell: (message) => logger.info(message) }, houseRulesOf(config)));
  const notices = await startNotices({ setAside, found, env: settings.inheritedEnv, driver: settings.drivers.default });
  return {
    notices: [...ofPlace, ...(socket.notice === null ? [] : [socket.notice]), ...notices],
    url,
    socket: socket.path,
    close: ({ stopAgents = false } = {}) => life.end({ stopAgents }),
    isStopping: () => runs.isStopping(),
  };
};

/**
 * Builds the daemon out of its parts, takes up what an earlier one left and serves. The caller has locked the home.
 * @throws Error where the address is busy, or a part cannot be opened; what was opened is closed
 */
export const startApp = async (options: AppOptions): Promise<App> => {
  const life = beginLife();
  try {
    return await build(options, life);
  } catch (error) {
    await life.end({ stopAgents: false });
    if (error instanceof StoreUnusableError) throw new StartError(error.message, { cause: error });
    throw error;
  }
};
