import type { ProgramAnswer } from './ask-program.ts';
import { firstLine } from '../../words/first-line.ts';

const maxLineLength = 200;

export type VersionAnswer =
  | { kind: 'version'; version: string }
  /** It cannot be started at all: a wrong format, a missing interpreter or library. */
  | { kind: 'unusable'; reason: string }
  /** It runs, but says no version: it does not know the option or took too long. */
  | { kind: 'silent' };

/** The number in "2.1.330 (Claude Code)", or the line itself. */
const versionIn = (output: string): string => /\d+\.\d+\.\d+(?:[-+.]*\w+)*/.exec(output)?.[0] ?? firstLine(output, 60);

/** What a shell answers for a command that it cannot run (126) or does not find (127); a script's missing interpreter ends so. */
const cannotRun = new Set([126, 127]);

/** What an answer to `--version` says. */
export const readVersion = (answer: ProgramAnswer | string): VersionAnswer => {
  if (typeof answer === 'string') return { kind: 'unusable', reason: answer };
  const { code, stdout, stderr } = answer;
  if (code !== null && cannotRun.has(code))
    return { kind: 'unusable', reason: firstLine(stderr, maxLineLength) || `it exited with ${code}` };
  return code === 0 && stdout.trim() !== '' ? { kind: 'version', version: versionIn(stdout) } : { kind: 'silent' };
};
