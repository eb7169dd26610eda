import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { MakimaError, type ErrorCode } from '../../errors.ts';
import { rawErrorAnswer } from '../answers/error-answers.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** Answers a connection on which no request could be read, with the same body as any other failure, and closes it. */
export const answerClientError =
  (logger: FastifyBaseLogger) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    // The client is gone: there is nobody to answer and nothing of ours went wrong.
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const code = codes[error.code ?? ''] ?? 'MALFORMED_REQUEST';
    logger.debug({ err: error }, 'a connection brought no request');
    // An answer may be half written by then, into which another must not be put.
    if (socket.writable && socket.bytesWritten === 0) socket.end(rawErrorAnswer(new MakimaError(code)));
    else socket.destroy();
  };
