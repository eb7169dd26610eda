import type { Command } from 'commander';
import type { Makima } from '../typescript/index.ts';
import type { Transport } from '../typescript/transport.ts';
import type { ExitCode } from './failure.ts';
import type { Launcher } from './launcher.ts';
import type { Screen } from './output/screen.ts';

/** What every command works with. */
export interface Cli {
  readonly screen: Screen;
  readonly launcher: Launcher;
  /** Whether answers are wanted as JSON, one line an object. */
  readonly isJson: boolean;
  /** The home whose daemon is meant, as an absolute path. */
  readonly home: string;
  /** The daemon, found once: by `--url` or `--home`, or else by the environment. @throws MakimaError UNREACHABLE where there is none */
  connect: () => Promise<Makima>;
  /** Sends calls to that daemon as they are, wherever it is by then. */
  transport: () => Transport;
  /** Says what failed, where others are still to be done. */
  tell: (error: unknown) => void;
  /** The exit status, where nothing fails; the highest that was named counts. */
  endWith: (code: ExitCode) => void;
  /** Fires at the first Ctrl-C, which ends the process where nobody has asked for the signal. */
  interrupted: () => AbortSignal;
  /** Fires that signal. */
  giveUp: () => void;
}

/** Adds its command to the program. */
export type AddCommand = (program: Command, cli: Cli) => void;
