import { isUtf8 } from 'node:buffer';

/** A line of a run's output, or a part of one that is too long for one piece. */
export interface Piece {
  /** Without the newline, a carriage return kept; bytes that are not UTF-8 are U+FFFD. */
  text: string;
  /** The same as it came stands here from `from` to `to`: what was pushed, and good for as long as that. */
  source: Buffer;
  from: number;
  to: number;
  /** The exact bytes, where they are not UTF-8. */
  base64?: string;
  /** The line goes on in the next piece. */
  partial: boolean;
  /** Where the next piece begins, in bytes from the start of the file: reading may go on from here. */
  end: number;
}

export interface LineSplitter {
  /** The pieces that these further bytes complete. The bytes must stay as they are until the pieces were used. */
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

/** @param isText - all of the source is UTF-8 */
const toPiece = (source: Buffer, from: number, to: number, isText: boolean, partial: boolean, end: number): Piece => {
  const text = source.toString('utf8', from, to);
  if (isText || isUtf8(source.subarray(from, to))) return { text, source, from, to, partial, end };
  return { text, source, from, to, base64: source.toString('base64', from, to), partial, end };
};

/**
 * Splits bytes into lines. Where the pieces are cut depends on the bytes alone, not on how they arrive, so that a
 * reader which goes on from the end of any piece finds the same pieces.
 * @param from - the offset of the first byte that will be pushed
 */
export const openSplitter = (from: number, maxBytes = maxPieceBytes): LineSplitter => {
  let rest: Buffer = Buffer.alloc(0);
  let offset = from;

  /** Cuts all pieces that end in the bytes, which begin at `offset` in the file. What is left begins there then. */
  const cut = (bytes: Buffer, pieces: Piece[], searched: number): Buffer => {
    // Asked once: lines of what is UTF-8 are it too.
    const isText = isUtf8(bytes);
    let searchFrom = searched;
    let start = 0;
    for (;;) {
      const lineEnd = bytes.indexOf(newline, Math.max(start, searchFrom));
      const length = (lineEnd < 0 ? bytes.length : lineEnd) - start;
      if (length > maxBytes) {
        const at = characterBoundary(bytes.subarray(start), maxBytes);
        pieces.push(toPiece(bytes, start, start + at, false, true, offset + start + at));
        start += at;
        searchFrom = lineEnd < 0 ? bytes.length : lineEnd;
      } else if (lineEnd >= 0) {
        pieces.push(toPiece(bytes, start, lineEnd, isText, false, offset + lineEnd + 1));
        start = lineEnd + 1;
      } else {
        break;
      }
    }
    offset += start;
    return bytes.subarray(start);
  };

  return {
    push: (bytes) => {
      const pieces: Piece[] = [];
      let further = bytes;
      if (rest.length > 0) {
        // The line that has begun is put together; those behind it are taken where they are.
        const first = bytes.indexOf(newline) + 1;
        const searched = rest.length;
        const begun = Buffer.concat([rest, first === 0 ? bytes : bytes.subarray(0, first)]);
        const left = cut(begun, pieces, searched);
        if (first === 0) {
          rest = left;
          return pieces;
        }
        further = bytes.subarray(first);
      }
      rest = Buffer.from(cut(further, pieces, 0));
      return pieces;
    },
    end: () => {
      if (rest.length === 0) return [];
      offset += rest.length;
      const piece = toPiece(rest, 0, rest.length, false, false, offset);
      rest = Buffer.alloc(0);
      return [piece];
    },
  };
};
