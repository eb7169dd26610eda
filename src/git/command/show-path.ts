import { isUtf8 } from 'node:buffer';

/**
 * A path as JSON can hold it: as it is where it is valid UTF-8, else quoted as git shows it, in double quotes with octal
 * escapes, so that two names never look the same.
 */
export const showPath = (bytes: Buffer): string => {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let quoted = '"';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) quoted += `\\${String.fromCharCode(byte)}`;
    else if (byte < 0x20 || byte > 0x7e) quoted += `\\${byte.toString(8).padStart(3, '0')}`;
    else quoted += String.fromCharCode(byte);
  }
  return `${quoted}"`;
};
