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
}

/** What is nobody's setting. */
export const fixedLimits = {
  requestTimeoutMs: 120_000,
  headersTimeoutMs: 20_000,
  handlerTimeoutMs: 120_000,
} as const satisfies Partial<HttpLimits>;
