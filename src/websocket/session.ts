import type { WebSocket } from '@fastify/websocket';
import type { FastifyBaseLogger } from 'fastify';
import type { RawData } from 'ws';
import type { RequestId } from '../../schemas/websocket/commands.ts';
import type { SocketEventType } from '../../schemas/websocket/handshake.ts';
import type { Message } from '../../schemas/websocket/messages.ts';
import { MakimaError, messageOf } from '../errors.ts';
import { errorBody, fromOutside, toMakimaError } from '../http/answers/error-answers.ts';
import type { HttpLimits } from '../http/limits.ts';
import type { Actions, Caller, EventPlace } from '../tasks/actions.ts';
import type { ReadCommand } from './commands.ts';
import { passOn } from './event-messages.ts';
import { inOrder } from './in-order.ts';
import { closeCodes, Outlet } from './outlet.ts';
import { readFrame, requestIdOf } from './read-frame.ts';

/** Who came, and what events it wants to hear of. */
export interface Visitor {
  caller: Caller;
  /** What stands in front of our paths for it. */
  prefix: string;
  /** Whether its credential is still good: a tool key dies with its run. */
  isStillValid: () => Promise<boolean>;
  /** Where its events begin. */
  after: EventPlace;
  /** Null for none at all. */
  events: { types: readonly SocketEventType[]; taskIds: readonly string[] | null } | null;
}

/** What all sessions share. */
export interface SessionTools {
  actions: Actions;
  limits: HttpLimits;
  daemon: { id: string; version: string };
  readCommand: (frame: Record<string, unknown>) => ReadCommand;
  write: (message: Message) => string;
}

/** Pings that a client may leave unanswered while it takes nothing. */
const mostUnanswered = 3;

const bytesOf = (data: RawData): Buffer => (Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data));

/** One WebSocket from its opening to its close: commands and their answers, events, and whether there is still somebody. */
export class Session {
  readonly #socket: WebSocket;
  readonly #visitor: Visitor;
  readonly #tools: SessionTools;
  readonly #log: FastifyBaseLogger;
  readonly #outlet: Outlet;
  readonly #inOrder = inOrder();
  readonly #underWay = new Set<Promise<void>>();
  readonly #over = new AbortController();
  #isEnding = false;
  /** Pings since the client last said or took something. */
  #unanswered = 0;

  /** Begins at once: the first frame is `authenticated`. */
  constructor(socket: WebSocket, visitor: Visitor, tools: SessionTools, log: FastifyBaseLogger) {
    const { limits } = tools;
    this.#socket = socket;
    this.#visitor = visitor;
    this.#tools = tools;
    this.#log = log;
    this.#outlet = new Outlet(socket, {
      fullBytes: limits.socketEventBytes,
      mostBytes: limits.socketAnswerBytes,
      closeMs: limits.socketCloseMs,
    });
    const pinging = setInterval(() => void this.#lookAfter(), limits.socketPingMs).unref();
    socket.once('close', () => {
      clearInterval(pinging);
      this.#over.abort();
    });
    socket.on('message', (data, isBinary) => this.#receive(bytesOf(data), isBinary));
    const heard = (): void => {
      this.#unanswered = 0;
    };
    for (const sign of ['message', 'ping', 'pong'] as const) socket.on(sign, heard);
    this.#greet();
    void this.#follow();
  }

  /** Lets what is under way come to its answer, within a bound, and closes: the daemon ends. Can be repeated. */
  async end(): Promise<void> {
    if (this.#socket.readyState === this.#socket.CLOSED) return;
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    if (!this.#isEnding) {
      this.#isEnding = true;
      this.#over.abort();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.#tools.limits.socketEndMs)));
      await Promise.race([Promise.all(this.#underWay), late, closed]);
      clearTimeout(timer);
      this.#outlet.close(closeCodes.ending, 'The daemon is shutting down');
    }
    await closed;
  }

  #send(message: Message): void {
    if (!this.#outlet.isClosing) this.#outlet.send(this.#tools.write(message));
  }

  #greet(): void {
    const { daemon, limits } = this.#tools;
    const { caller, after } = this.#visitor;
    this.#send({
      type: 'authenticated',
      ...daemon,
      caller: { kind: caller.kind, taskId: caller.kind === 'tool-key' ? caller.taskId : null },
      lastEventId: String(after),
      limits: { frameBytes: limits.bodyBytes, commandsInFlight: limits.socketCommands, pingSeconds: limits.socketPingMs / 1000 },
    });
  }

  async #follow(): Promise<void> {
    const { caller, after, events } = this.#visitor;
    if (events === null) return;
    const { signal } = this.#over;
    try {
      const feed = await this.#tools.actions.followAll(caller, { ...events, after, signal });
      await passOn(feed, this.#outlet, (message) => this.#send(message));
    } catch (error) {
      if (!signal.aborted) this.#closeFor(this.#fail(error, null));
    }
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    if (this.#outlet.isClosing) return;
    const answered = this.#answer(bytes, isBinary).finally(() => this.#underWay.delete(answered));
    this.#underWay.add(answered);
  }

  /** Never rejects: what goes wrong is the answer. */
  async #answer(bytes: Buffer, isBinary: boolean): Promise<void> {
    let requestId: RequestId | null = null;
    try {
      const frame = readFrame(bytes, isBinary);
      requestId = requestIdOf(frame);
      if (this.#isEnding) throw new MakimaError('NOT_READY', 'The daemon is shutting down');
      if (this.#underWay.size >= this.#tools.limits.socketCommands) throw new MakimaError('TOO_MANY_COMMANDS');
      const command = this.#tools.readCommand(frame);
      const carryOut = async (): Promise<void> => {
        await this.#requireValid();
        this.#send({ ...(await command.run(this.#visitor.caller)), requestId: command.requestId });
      };
      await (command.inOrderOf === null ? carryOut() : this.#inOrder(command.inOrderOf, carryOut));
    } catch (error) {
      this.#fail(error, requestId);
    }
  }

  /** @throws MakimaError UNAUTHENTICATED */
  async #requireValid(): Promise<void> {
    if (!(await this.#visitor.isStillValid()))
      throw new MakimaError('UNAUTHENTICATED', 'The tool key is not valid any more: it was revoked, has expired, or its run has ended');
  }

  /** Tells of a failure. Nothing else is done for whoever has lost its credential. */
  #fail(thrown: unknown, requestId: RequestId | null): MakimaError {
    const error = toMakimaError(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
    if (error.statusCode >= 500 && error.code !== 'NOT_READY') this.#log.error({ err: thrown }, error.message);
    this.#send({ ...errorBody(error, fromOutside(error, this.#visitor.prefix)), type: 'error', requestId });
    if (error.code === 'UNAUTHENTICATED') this.#closeFor(error);
    return error;
  }

  #closeFor({ statusCode, code }: MakimaError): void {
    this.#outlet.close(closeCodes.failure + statusCode, code);
  }

  /** Sees whether there is still somebody who reads and may, and asks for a sign of life. */
  async #lookAfter(): Promise<void> {
    if (this.#outlet.isClosing) return;
    if (this.#outlet.hasMoved()) this.#unanswered = 0;
    if (this.#unanswered === mostUnanswered) {
      this.#outlet.close(closeCodes.tooSlow, 'No sign of life, and nothing was read');
      return;
    }
    this.#unanswered += 1;
    this.#socket.ping();
    try {
      await this.#requireValid();
    } catch (error) {
      this.#fail(error, null);
    }
  }
}
