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

/**
 * What a path that JSON holds may stand for, the likeliest first: the bytes of the text itself, and where it is quoted as `showPath` quotes what
 * is no UTF-8, those that it then stands for.
 */
export const readShownPath = (shown: string): Buffer[] => {
  const itself = Buffer.from(shown);
  const inner = /^"(.*)"$/s.exec(shown)?.[1];
  if (inner === undefined || !/^(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\]|\\[0-3][0-7]{2})*$/.test(inner)) return [itself];
  const bytes = inner.replace(/\\(?:([0-7]{3})|(.))/g, (_, octal: string | undefined, plain: string | undefined) =>
    octal === undefined ? (plain ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
  );
  const quoted = Buffer.from(bytes, 'latin1');
  return isUtf8(quoted) ? [itself] : [itself, quoted];
};
