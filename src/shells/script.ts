import { randomBytes } from 'node:crypto';
import { changesTo, type Environment } from './environment.ts';

/** A program as it is to be run. */
export interface Program {
  /** A path, or a name that is looked for on the PATH of `env`. */
  program: string;
  args: readonly string[];
  /** Absolute. */
  cwd: string;
  /** The whole environment. A name that no shell can have (one with a dot, an exported function of bash) is left out. */
  env: Environment;
}

/** Between single quotes nothing has a meaning but their end. @throws TypeError where there is a NUL, which no argument can hold */
export const quoted = (text: string): string => {
  if (text.includes('\0')) throw new TypeError('A program’s arguments and variables hold no NUL');
  return `'${text.includes("'") ? text.replaceAll("'", "'\\''") : text}'`;
};

/**
 * What each shell is told first. Its own SIGTERM is caught, and so at its default in what it starts: a command is ended by a
 * signal to the whole group, and the shell stays to say how the command ended.
 *
 * `e` says on both pipes that a command has ended: after all that the command itself wrote, since the pipes are the same.
 */
export const preamble = `trap : TERM; e() { printf '%s:%3d\\n' "$1" "$2" >&3; printf '%s:%3d\\n' "$1" "$2" >&4; }\n`;

/** What no program knows and so none prints. Short, since bash reads its script byte by byte. */
export const newMark = (): string => randomBytes(12).toString('hex');
/** What `e` prints. */
export const endMark = (mark: string): string => `${mark}:`;
/** Of the status and the line's end after it. */
export const endLength = 4;
/** What stands in the output where no program was started: nothing that a program prints can be that, which does not know the mark. */
export const refusalMark = (mark: string): string => `${mark}!`;

/** A directory is entered by its real name, as a process that is born there would know it. */
const enter = (cwd: string, mark: string): string => `cd -P ${quoted(cwd)} 2>/dev/null || { printf ${mark}!cwd >&3; exit 1; };`;

const have = (base: Environment, wanted: Environment): string => {
  const { set, unset } = changesTo(base, wanted);
  const removed = unset.length === 0 ? '' : `unset ${unset.join(' ')};`;
  return set.length === 0 ? removed : `${removed} export ${set.map(([name, value]) => `${name}=${quoted(value)}`).join(' ')};`;
};

const find = (program: string, mark: string): string =>
  `command -v ${quoted(program)} >/dev/null 2>&1 || { printf ${mark}!program >&3; exit 127; };`;

const words = ({ program, args }: Program): string => [program, ...args].map(quoted).join(' ');

/** Octal, so that it is the same bytes in any shell and locale. */
const printing = (input: Buffer): string => {
  let format = '';
  for (const byte of input) {
    // Not what has a meaning to printf or ends the quotes; nor a dash, which may begin an option.
    const plain = byte >= 0x20 && byte < 0x7f && !"%'\\-".includes(String.fromCharCode(byte));
    format += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `printf '${format}'`;
};

/**
 * Runs a program to its end.
 * @param base - the shell's environment
 * @param input - for its standard input: bytes, or `pipe` for what comes over descriptor 5
 */
export const runScript = (what: Program, base: Environment, mark: string, input: Buffer | 'pipe' | null): string => {
  const [before, from] = input === null ? ['', '</dev/null'] : input === 'pipe' ? ['', '<&5'] : [`${printing(input)} | `, ''];
  const inner = `${enter(what.cwd, mark)} ${have(base, what.env)} ${find(what.program, mark)} exec ${words(what)} 3>&- 4>&- 5<&-`;
  return `${before}( ${inner} ) ${from} >&3 2>&4; e ${mark} $?\n`;
};

/**
 * Starts a program in a session of its own, and leaves it. A shell that does not wait for a program (`&`) has it ignore SIGINT
 * and SIGQUIT for good, and all that it starts: so this is waited for, in a shell between, which is killed as soon as the
 * session is there. Before that the pid is told, and a line awaited from the shell's own input.
 */
export const detachScript = (
  what: Program & { stdout: string; stderr: string },
  base: Environment,
  mark: string,
  setsid: string,
): string => {
  // No variable of ours is left: the program may have one of that name.
  const who = `read -r m_pid m_name m_state m_parent m_rest </proc/self/stat; set -- "$m_pid" "$m_parent"; unset m_pid m_name m_state m_parent m_rest;`;
  const outputs = `exec >>${quoted(what.stdout)} 4>>${quoted(what.stderr)};`;
  const told = `printf '%s\n' "$1" >&3; read -r m_go; unset m_go;`;
  const leaves = `exec ${quoted(setsid)} /bin/sh -c 'kill -9 "$0"; exec "$@"' "$2" ${words(what)} </dev/null 2>&4 3>&- 4>&- 5<&-`;
  const prepared = `${enter(what.cwd, mark)} ${who} ${have(base, what.env)} ${find(what.program, mark)} ${outputs}`;
  return `( ( ${prepared} ${told} ${leaves} ); : ) 2>&4; e ${mark} $?\n`;
};
