const breaking = /[\p{Cc}\u2028\u2029]/u;
const quoted = /[\p{Cc}\u2028\u2029"\\]/gu;
const letters: Readonly<Record<string, string>> = { '\n': 'n', '\t': 't', '\r': 'r', '"': '"', '\\': '\\' };

const escape = (character: string): string => {
  const letter = letters[character];
  return letter === undefined
    ? [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
    : `\\${letter}`;
};

/** The name of a file on one line: as it is, or as git shows it, in double quotes, where a character of it would break the line. */
export const quoteName = (name: string): string => (breaking.test(name) ? `"${name.replace(quoted, escape)}"` : name);
