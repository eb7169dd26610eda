import { MakimaError } from '../../typescript/index.ts';
import { Failure, exitCodes, type ExitCode } from '../failure.ts';
import { inWordsOfCommands } from './in-commands.ts';
import { plain } from './plain.ts';

/** A failure as it is told: its words, its code where it has one, and the exit status that it comes to. */
export interface Told {
  message: string;
  code: string | null;
  exitCode: ExitCode;
  details: Readonly<Record<string, unknown>>;
}

/** No credential came along, or a wrong one: nothing is mended by trying again. What headers to send is no matter of somebody's who types. */
const withoutCredential = (message: string): string =>
  `${message.replace(/ Send Authorization: [^]*$/, '')} The owner's token is in $MAKIMA_HOME/token; with --url or MAKIMA_URL it is read from MAKIMA_TOKEN.`;

/**
 * What is told of anything that was thrown; null where that is no failure that makima knows, and its stack is wanted.
 * @param home - whose daemon is meant; null where an address was given
 */
export const toldOf = (error: unknown, home: string | null): Told | null => {
  if (error instanceof Failure) return { message: error.message, code: error.code, exitCode: error.exitCode, details: {} };
  if (!(error instanceof MakimaError)) return null;
  const { code, message, details } = error;
  if (code === 'UNAUTHENTICATED') return { message: withoutCredential(message), code, exitCode: exitCodes.noCredential, details };
  if (code === 'UNREACHABLE' && home !== null && /No makima daemon runs|makima serve/.test(message))
    return { message: `No daemon answers on ${home}. Start one with \`makima up\`.`, code, exitCode: exitCodes.failed, details };
  return { message: inWordsOfCommands(code, message), code, exitCode: exitCodes.failed, details };
};

/** The lines on standard error. */
export const errorText = ({ message, code }: Told): string => `makima: ${plain(message)}${code === null ? '' : ` (${code})`}`;
