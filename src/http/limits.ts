/** The bounds on what a client can make the server hold. */
export interface HttpLimits {
  /** Bytes of a body. */
  bodyBytes: number;
  /** Streams open at once. */
  streams: number;
  /** Milliseconds for a whole request to come in. */
  requestTimeoutMs: number;
  /** Milliseconds for its headers to come in. */
  headersTimeoutMs: number;
  /** Milliseconds for an answer on routes that do not wait for something. */
  handlerTimeoutMs: number;
  /** Commands of one WebSocket that are under way at once. */
  socketCommands: number;
  /** Bytes that wait for a WebSocket's client to read; no events are read for it meanwhile, and with `socketAnswerBytes` it is cut off. */
  socketEventBytes: number;
  socketAnswerBytes: number;
  /** Milliseconds between two pings; a client that was silent and took nothing over three of them is cut off. */
  socketPingMs: number;
  /** Calls of MCP's tools that are under way at once. */
  toolCalls: number;
  /** Milliseconds after which an answer of theirs that is not there yet is begun, and between two signs of life of it. */
  toolSilenceMs: number;
  /** Milliseconds that commands and calls of tools under way get when the daemon ends, and then the client of a WebSocket to say that it has closed. */
  socketEndMs: number;
  socketCloseMs: number;
}

/** What is nobody's setting. */
export const fixedLimits = {
  requestTimeoutMs: 120_000,
  headersTimeoutMs: 20_000,
  handlerTimeoutMs: 120_000,
  socketCommands: 64,
  socketEventBytes: 256 * 1024,
  socketAnswerBytes: 8 * 1024 * 1024,
  socketPingMs: 20_000,
  toolCalls: 256,
  toolSilenceMs: 10_000,
  socketEndMs: 1500,
  socketCloseMs: 1000,
} as const satisfies Partial<HttpLimits>;
