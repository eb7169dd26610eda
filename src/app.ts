import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { routes } from '../routes/index.ts';
import { agentDrivers } from './agents/index.ts';
import { createCompletions } from './completion/completions.ts';
import { timingOf, type Config } from './config.ts';
import { openEventLog, type EventLogOptions } from './events/event-log.ts';
import { codeOf } from './files/failure.ts';
import type { Places } from './git/repository/index.ts';
import { diskSpace } from './home/disk.ts';
import { socketPlace } from './home/socket-place.ts';
import { StartError } from './home/start-error.ts';
import { buildHttp } from './http/build-http.ts';
import { reachable } from './http/connections/reachable.ts';
import { fitsSocket, listenUnix } from './http/connections/unix-socket.ts';
import { createLedger } from './ledger/ledger.ts';
import { findPlace } from './place/find-place.ts';
import { settlePlace } from './place/settle-place.ts';
import { processKeeper } from './process/own-cgroup.ts';
import type { RunContext } from './runs/context.ts';
import type { RunHook } from './runs/hooks/hook.ts';
import { createRuns } from './runs/runs.ts';
import { startNotices } from './runs/start-notices.ts';
import { userEnvironment } from './runs/user-environment.ts';
import { openOrReplaceStore } from './store/open-or-replace.ts';
import { StoreUnusableError } from './store/store-error.ts';
import type { TaskStore } from './store/task-store.ts';
import { takeUp } from './take-up.ts';
import { keepRetention } from './tasks/apply-retention.ts';
import type { TaskContext } from './tasks/context.ts';
import { createActions } from './tasks/index.ts';
import { version } from './version.ts';

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

type Http = Awaited<ReturnType<typeof buildHttp>>;

/** How often a port that another has is tried, and the pause between two tries in milliseconds. */
const portTries = 20;
const portPauseMs = 100;

const isInUse = (error: unknown): boolean => codeOf(error) === 'EADDRINUSE';

/**
 * Where the configuration leaves the port to the system, the one of the last time is tried first, and for a while: the
 * agents that run since then were told that one, and whoever has it is a client as a rule, to which the system gave it
 * for a moment.
 * @returns the port
 */
const listen = async (http: Http, { host, port }: Config, store: TaskStore): Promise<number> => {
  const remembered = port === 0 ? Number((await store.getMeta('port')) ?? 0) : 0;
  for (let tries = 1; ; tries += 1) {
    try {
      await http.listen({ host, port: tries > portTries ? port : remembered || port });
      break;
    } catch (error) {
      if (remembered === 0 || tries > portTries || !isInUse(error)) throw error;
      await delay(portPauseMs);
    }
  }
  const address = http.server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  if (address.port !== remembered) await store.setMeta('port', String(address.port));
  return address.port;
};

const settingsOf = (
  { config, logger, now = () => new Date(), reached = () => undefined }: AppOptions,
  inheritedEnv: Readonly<Record<string, string>>,
) => ({
  reached,
  userHome: homedir(),
  inheritedEnv,
  keepSubtasks: config.keepSubtasks,
  now,
  newId: () => randomUUID(),
  report: (what: string, error: unknown) => logger.error({ err: error }, what),
  drivers: agentDrivers({
    claude: {
      command: config.claudeCommand,
      preArgs: config.claudePreArgs,
      args: config.claudeArgs,
      enablePermissions: config.enablePermissions,
      disableVerbose: config.disableVerbose,
      agentEnv: config.agentEnv,
      inheritedEnv,
    },
  }),
});

/**
 * Builds the daemon out of its parts, takes up what an earlier one left and serves. The caller has locked the home.
 * @throws Error where the address is busy, or a part cannot be opened; what was opened is closed
 */
export const startApp = async (options: AppOptions): Promise<App> => {
  const { config, logger } = options;
  const inheritedEnv = userEnvironment(process.env, join(import.meta.dirname, '..'), homedir());
  // The daemon's own git finds git-lfs and credential helpers there as well.
  process.env['PATH'] = inheritedEnv['PATH'];
  const settings = settingsOf(options, inheritedEnv);
  // A process of half a second, which answers while the rest is opened.
  void settings.drivers.default.whyNotSignedIn();
  const opened: (() => Promise<void> | void)[] = [];
  const draining = new AbortController();
  let ready = false;
  let url = '';
  let closing: Promise<void> | null = null;
  const closeAll = async (): Promise<void> => {
    draining.abort();
    for (const close of opened.splice(0).toReversed()) await close();
  };

  try {
    const directories: Places = {
      caches: join(config.home, 'caches'),
      repositories: join(config.home, 'repositories'),
      kept: join(config.home, 'kept'),
      worktrees: config.worktreeDir,
    };
    const place = await findPlace(config.home, directories, options.adopt ?? false);
    const { store: own, isNew, setAside } = await openOrReplaceStore(join(config.home, 'state.sqlite'), { now: settings.now });
    opened.push(() => own.close());
    const store = options.twins?.store?.(own) ?? own;
    const log = openEventLog({
      directory: join(config.home, 'events'),
      now: settings.now,
      warn: (message) => logger.warn(message),
      ...(options.twins?.write && { write: options.twins.write }),
    });
    opened.push(() => log.close());
    const shared = { ...settings, store, log, ledger: createLedger(store, log, settings) };
    const completions = createCompletions({ ...shared, commitAuthor: config.commitAuthor, shutdown: draining.signal });
    opened.push(() => completions.close());
    const runContext: RunContext = {
      ...shared,
      homeId: place.id,
      completions,
      directories: { ...directories, runs: join(config.home, 'runs') },
      apiUrl: () => url,
      timing: timingOf(config),
      maxLogBytes: config.maxLogBytes,
    };
    const runs = createRuns(runContext, config.maxConcurrentTasks, options.hooks);
    let stopAgents = false;
    opened.push(() => runs.close({ stopAgents }));
    const ofPlace = await settlePlace(config.home, place, runContext, runs);
    const taskContext: TaskContext = {
      ...shared,
      runs,
      completions,
      directories,
      maxDepth: config.maxDepth,
      maxTasks: config.maxTasks,
      projectCommandTimeoutMs: config.setupTimeoutMs,
      diskSpace: () => diskSpace(config.home),
      minFreeBytes: config.minFreeBytes,
      daemon: {
        id: place.id,
        version,
        home: config.home,
        startedAt: settings.now().toISOString(),
        limits: {
          maxConcurrentTasks: config.maxConcurrentTasks,
          maxDepth: config.maxDepth,
          maxTasks: config.maxTasks,
          maxStreams: config.maxStreams,
          bodyBytes: config.bodyLimitBytes,
        },
      },
    };
    const http = await buildHttp({
      actions: createActions(taskContext),
      routes,
      logger,
      ownerToken: options.ownerToken,
      version,
      basePath: config.basePath,
      isReady: () => ready,
      drainSignal: draining.signal,
      allowedHosts: config.allowedHosts,
      allowedOrigins: config.allowedOrigins,
      limits: { bodyBytes: config.bodyLimitBytes, streams: config.maxStreams },
    });
    opened.push(() => http.close());
    url = `http://${reachable(config.host)}:${await listen(http, config, store)}${config.basePath}`;
    const socket = await socketPlace(config.home, place.id, fitsSocket);
    opened.push(() => socket.leave());
    const unix = await listenUnix(http, socket.path);
    opened.push(() => unix.close());
    logger.info(`The processes of a run are held together by: ${processKeeper()}`);
    const found = await takeUp(runContext, taskContext, runs, isNew);
    await completions.recover();
    // Not a moment between them: whoever is told where it is finds it ready, and whoever finds it ready can read where it is.
    options.announce?.({ url, socket: socket.path });
    ready = true;
    opened.push(keepRetention(taskContext, { days: config.retentionDays, bytes: config.retentionBytes }, config.retentionEveryMs));
    const notices = [
      ...ofPlace,
      ...(socket.notice === null ? [] : [socket.notice]),
      ...(await startNotices({ setAside, found, env: inheritedEnv, driver: settings.drivers.default })),
    ];
    return {
      notices,
      url,
      socket: socket.path,
      close(how = {}) {
        stopAgents = how.stopAgents ?? false;
        closing ??= closeAll();
        return closing;
      },
      isStopping: () => runs.isStopping(),
    };
  } catch (error) {
    await closeAll();
    if (error instanceof StoreUnusableError) throw new StartError(error.message, { cause: error });
    throw error;
  }
};
