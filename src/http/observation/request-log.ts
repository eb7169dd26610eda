import type { FastifyBaseLogger } from 'fastify';

type Line = [unknown, ...unknown[]];

/** The logger of one request, which names it in each line. It is made when there is a line: most requests have none. */
class RequestLog implements FastifyBaseLogger {
  readonly #make: () => FastifyBaseLogger;
  #made: FastifyBaseLogger | undefined;

  constructor(make: () => FastifyBaseLogger) {
    this.#make = make;
  }

  get #own(): FastifyBaseLogger {
    return (this.#made ??= this.#make());
  }

  get level(): string {
    return this.#own.level;
  }
  set level(level: string) {
    this.#own.level = level;
  }

  fatal(...line: Line): void {
    this.#write('fatal', line);
  }
  error(...line: Line): void {
    this.#write('error', line);
  }
  warn(...line: Line): void {
    this.#write('warn', line);
  }
  info(...line: Line): void {
    this.#write('info', line);
  }
  debug(...line: Line): void {
    this.#write('debug', line);
  }
  trace(...line: Line): void {
    this.#write('trace', line);
  }
  silent(): void {
    // Whoever logs to it wants nothing to be read.
  }
  child(...given: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#own.child(...given);
  }

  #write(level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace', line: Line): void {
    Reflect.apply(this.#own[level], this.#own, line);
  }
}

/** For Fastify's `childLoggerFactory`. */
export const requestLog = (logger: FastifyBaseLogger, ...of: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger =>
  new RequestLog(() => logger.child(...of));
