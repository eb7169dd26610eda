/**
 * Reads a number as git writes offsets: seven bits a byte, the highest first, one added for each further byte (gitformat-pack(5), gitformat-index(5)).
 * @returns the number, and where it ends
 * @throws RangeError where the bytes end before it does
 */
export const readOffset = (bytes: Buffer, start: number): { value: number; end: number } => {
  let at = start;
  let byte = bytes.readUInt8(at++);
  let value = byte & 127;
  while ((byte & 128) !== 0) {
    byte = bytes.readUInt8(at++);
    value = (value + 1) * 128 + (byte & 127);
  }
  return { value, end: at };
};
