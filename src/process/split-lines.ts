import { isUtf8 } from 'node:buffer';

/** A line of a run's output, or a part of one that is too long for one piece. */
export interface Piece {
  /** Without the newline, a carriage return kept; bytes that are not UTF-8 are U+FFFD. */
  text: string;
  /** The exact bytes, where they are not UTF-8. */
  base64?: string;
  /** The line goes on in the next piece. */
  partial: boolean;
  /** Where the next piece begins, in bytes from the start of the file: reading may go on from here. */
  end: number;
}

export interface LineSplitter {
  /** The pieces that these further bytes complete. The bytes may be overwritten afterwards. */
  push(bytes: Buffer): Piece[];
  /** Nothing follows: the last line, where it has no newline. */
  end(): Piece[];
}

/** The most bytes of one piece. */
export const maxPieceBytes = 1024 * 1024;

const newline = 0x0a;
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** The largest cut up to `at` that splits no character; in bytes that are no UTF-8 anyway, `at` itself. */
const characterBoundary = (bytes: Buffer, at: number): number => {
  for (let back = 0; back <= 3 && at - back > 0; back++) {
    if (!isContinuation(bytes[at - back])) return at - back;
  }
  return at;
};

const toPiece = (bytes: Buffer, partial: boolean, end: number): Piece => ({
  text: bytes.toString('utf8'),
  ...(isUtf8(bytes) ? {} : { base64: bytes.toString('base64') }),
  partial,
  end,
});

/**
 * Splits bytes into lines. Where the pieces are cut depends on the bytes alone, not on how they arrive, so that a
 * reader which goes on from the end of any piece finds the same pieces.
 * @param from - the offset of the first byte that will be pushed
 */
export const openSplitter = (from: number, maxBytes = maxPieceBytes): LineSplitter => {
  let rest: Buffer = Buffer.alloc(0);
  let offset = from;

  return {
    push: (bytes) => {
      const pieces: Piece[] = [];
      // What is left over was searched before.
      let searchFrom = rest.length;
      const buffer = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      let start = 0;
      for (;;) {
        const lineEnd = buffer.indexOf(newline, Math.max(start, searchFrom));
        const length = (lineEnd < 0 ? buffer.length : lineEnd) - start;
        if (length > maxBytes) {
          const cut = characterBoundary(buffer.subarray(start), maxBytes);
          pieces.push(toPiece(buffer.subarray(start, start + cut), true, offset + start + cut));
          start += cut;
          searchFrom = lineEnd < 0 ? buffer.length : lineEnd;
        } else if (lineEnd >= 0) {
          pieces.push(toPiece(buffer.subarray(start, lineEnd), false, offset + lineEnd + 1));
          start = lineEnd + 1;
        } else {
          break;
        }
      }
      rest = Buffer.from(buffer.subarray(start));
      offset += start;
      return pieces;
    },
    end: () => {
      if (rest.length === 0) return [];
      offset += rest.length;
      const piece = toPiece(rest, false, offset);
      rest = Buffer.alloc(0);
      return [piece];
    },
  };
};
