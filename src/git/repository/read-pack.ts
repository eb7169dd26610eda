import { inflateSync } from 'node:zlib';
import { codeOf } from '../../files/failure.ts';
import { idOf, readOffset, type StoredObject, wholeOf } from '../command/index.ts';

export interface NamedObject extends StoredObject {
  id: string;
}

const indexMagic = 0xff744f63;
const fanoutBytes = 256 * 4;
const kinds: Readonly<Record<number, StoredObject['kind']>> = { 1: 'commit', 2: 'tree', 3: 'blob' };
const offsetDelta = 6;

/**
 * The objects of a small pack that git wrote (gitformat-pack(5)), each named anew by its content.
 *
 * @param most - so many objects, and so many bytes that they are without compression
 * @returns null where there are more, where one is not what the index calls it, and where git has to read it
 */
export const objectsIn = (
  { pack, index }: { pack: Buffer; index: Buffer },
  idBytes: number,
  most: { objects: number; bytes: number },
): NamedObject[] | null => {
  try {
    return read(pack, index, idBytes, most);
  } catch (error) {
    // shorter than it says, or no compressed data
    if (error instanceof RangeError || codeOf(error) !== null) return null;
    throw error;
  }
};

const read = (pack: Buffer, index: Buffer, idBytes: number, most: { objects: number; bytes: number }): NamedObject[] | null => {
  if (index.readUInt32BE(0) !== indexMagic || index.readUInt32BE(4) !== 2) return null;
  const count = index.readUInt32BE(8 + fanoutBytes - 4);
  if (pack.toString('latin1', 0, 4) !== 'PACK' || pack.readUInt32BE(8) !== count || count > most.objects) return null;
  const names = 8 + fanoutBytes;
  const offsets = names + count * (idBytes + 4);
  const places = Array.from({ length: count }, (_none, position) => ({
    id: index.toString('hex', names + position * idBytes, names + (position + 1) * idBytes),
    at: index.readUInt32BE(offsets + position * 4),
  })).sort((one, other) => one.at - other.at);
  const whole = new Map<number, StoredObject>();
  const found: NamedObject[] = [];
  let left = most.bytes;
  for (const [position, { id, at }] of places.entries()) {
    const object = objectAt(pack.subarray(0, places[position + 1]?.at ?? pack.length - idBytes), at, whole, left);
    if (object === null) return null;
    left -= object.content.length;
    const { kind, content } = object;
    if (idOf(wholeOf(kind, content), idBytes * 2) !== id) return null;
    whole.set(at, object);
    found.push({ ...object, id });
  }
  return found;
};

/** @param pack - to where the object ends */
const objectAt = (pack: Buffer, begin: number, whole: ReadonlyMap<number, StoredObject>, maxBytes: number): StoredObject | null => {
  let at = begin;
  let byte = pack.readUInt8(at++);
  const type = (byte >> 4) & 7;
  while ((byte & 0x80) !== 0) byte = pack.readUInt8(at++);
  if (type !== offsetDelta) {
    const kind = kinds[type];
    return kind === undefined ? null : { kind, content: inflate(pack, at, maxBytes) };
  }
  const back = readOffset(pack, at);
  const base = whole.get(begin - back.value);
  return base === undefined ? null : { kind: base.kind, content: changed(base.content, inflate(pack, back.end, maxBytes), maxBytes) };
};

const inflate = (pack: Buffer, at: number, maxBytes: number): Buffer =>
  inflateSync(pack.subarray(at), { maxOutputLength: Math.max(1, maxBytes) });

/** What another object becomes by a delta: pieces of it, and bytes of the delta's own. */
const changed = (base: Buffer, delta: Buffer, maxBytes: number): Buffer => {
  let at = 0;
  const size = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = delta.readUInt8(at++);
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
  };
  const [from, to] = [size(), size()];
  if (from !== base.length || to > maxBytes) throw new RangeError('a delta of something else');
  const parts: Buffer[] = [];
  const number = (flags: number, bytes: number): number => {
    let value = 0;
    for (let position = 0; position < bytes; position += 1)
      if ((flags & (1 << position)) !== 0) value += delta.readUInt8(at++) * 2 ** (8 * position);
    return value;
  };
  while (at < delta.length) {
    const order = delta.readUInt8(at++);
    if ((order & 0x80) !== 0) {
      const start = number(order & 0xf, 4);
      const length = number((order >> 4) & 7, 3) || 0x10000;
      parts.push(base.subarray(start, start + length));
    } else {
      parts.push(delta.subarray(at, at + order));
      at += order;
    }
  }
  return Buffer.concat(parts, to);
};
