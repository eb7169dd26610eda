import type { FastifyReply } from 'fastify';
import { PacedWriter } from './paced-writer.ts';
import { pump, takeOver } from './pump.ts';

/**
 * Answers with what another has made an answer of, piece by piece as it comes: the headers go out at once, nothing is gathered or compressed.
 * A failure in the middle breaks the connection off. When the client leaves, the source is given up.
 * @param options.signal - fires when the answer has to end, whatever the source does
 * @returns the reply, for the handler to return; the answer goes on by itself
 */
export const sendPieces = (
  reply: FastifyReply,
  source: AsyncIterable<Uint8Array>,
  { type, signal }: { type: string; signal: AbortSignal },
): FastifyReply => {
  takeOver(reply, { 'content-type': type, 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  if (!reply.raw.destroyed) reply.raw.flushHeaders();
  void pump(reply, new PacedWriter(reply.raw, signal), {
    iterator: source[Symbol.asyncIterator](),
    frame: (piece) => ({ bytes: Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength) }),
    signal,
    failureText: null,
  });
  return reply;
};
