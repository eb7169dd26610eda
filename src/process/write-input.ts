import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MakimaError } from '../errors.ts';
import { codeOf, isMissing } from '../files/failure.ts';
import { storeWhole } from '../files/store-whole.ts';
import { isOurs, readHandle } from './handle.ts';
import { runPaths } from './run-directory.ts';
import { openWake } from './wake.ts';

/** One message; far beyond what an agent's context holds. */
export const maxMessageBytes = 16 * 1024 * 1024;
/** What may wait for an agent that does not read. */
export const maxWaitingBytes = 64 * 1024 * 1024;

/** A message that is stored and will be handed over, whether the daemon lives or not. */
export interface AcceptedInput {
  sequence: number;
  /** A message with its id was there before: that one is handed over, or was, and this one is not. */
  repeated: boolean;
  /**
   * Waits until the message was written into the agent's standard input (the last 64 KiB may still be unread).
   * @param signal - gives up the wait
   * @returns false where the agent ended or closed its input before
   * @throws the signal's reason
   */
  delivered(signal?: AbortSignal): Promise<boolean>;
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

/** All of it happens before anybody can ask for something else: the files are small, and in memory. */
const atOnce = <T>(act: () => T): Promise<T> => new Promise((resolve) => resolve(act()));

/**
 * Tells the wrapper that there is something new. Without a wrapper (not launched yet, ended) nobody hears it, and nobody needs to.
 * @returns false where somebody removed the bell: nobody will hear of this again
 */
const ringBell = (directory: string): boolean => {
  try {
    const bell = openSync(runPaths(directory).bell, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(bell, '\n');
    } finally {
      closeSync(bell);
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    // ENXIO: nobody listens. EAGAIN: 64 KiB of rings wait to be heard, one more says nothing new.
    if (codeOf(error) !== 'ENXIO' && codeOf(error) !== 'EAGAIN') throw error;
  }
  return true;
};

const isMessage = (name: string): boolean => /^\d{6,}(-[0-9a-f]{32})?\.(msg|done|failed)$/.test(name);

/** None where the directory is not there. */
const namesIn = (directory: string): string[] => {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
};

/** What an id is in a message's name: whatever is in it, it is no path. */
const idMark = (id: string): string => `-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;

/** The message's name; a fixed width keeps the order for the shell that reads them. */
const messageName = (sequence: number, mark: string): string => `${String(sequence).padStart(6, '0')}${mark}`;

/** The message that was stored with an id, without what its name says of its delivery; undefined where there is none. */
const messageWith = (names: readonly string[], mark: string): string | undefined => {
  const found = names.find((name) => name.slice(0, name.lastIndexOf('.')).endsWith(mark));
  return found?.slice(0, found.lastIndexOf('.'));
};

/** The number of the last message; of so many names that they are too many for the arguments of a call. */
const lastSequence = (names: readonly string[]): number => names.reduce((last, name) => Math.max(last, Number.parseInt(name, 10)), 0);

const waitForDelivery = async (directory: string, name: string, signal?: AbortSignal): Promise<boolean> => {
  const paths = runPaths(directory);
  const wake = openWake({ directory: paths.messages }, { signal });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const handle = await readHandle(directory);
      const over = handle !== null && (exists(paths.exit) || !(await isOurs(handle)));
      if (!exists(join(paths.messages, `${name}.msg`))) return exists(join(paths.messages, `${name}.done`));
      if (over) return false;
      await wake.next();
    }
  } finally {
    wake.close();
  }
};

/**
 * Stores one message for the agent; the wrapper hands it over after those before it, as a whole and once. Resolves when
 * no death of the daemon can take it away (a power cut ends its reader as well). May be called before the launch. Never waits for the agent.
 * @param directory - the run's
 * @param bytes - as the agent is to read it, its newline included
 * @param id - of what must not be said twice: who does not know whether it was accepted, since the daemon died, asks again with the
 *   same. The first that was accepted counts, and a repeat is one also where the agent has taken it or takes no more
 * @throws MakimaError AGENT_INPUT_CLOSED after closeInput or the agent's end, BODY_TOO_LARGE, DISK_FULL
 */
export const writeInput = (directory: string, bytes: string | Uint8Array, id?: string): Promise<AcceptedInput> =>
  atOnce(() => {
    const paths = runPaths(directory);
    const accepted = (name: string, repeated: boolean): AcceptedInput => ({
      sequence: Number.parseInt(name, 10),
      repeated,
      delivered: async (signal) => await waitForDelivery(directory, name, signal),
    });
    const mark = id === undefined ? '' : idMark(id);
    // Read once a message: an agent that is answered ten thousand times has as many of them.
    const names = namesIn(paths.messages).filter(isMessage);
    const known = mark === '' ? undefined : messageWith(names, mark);
    if (known !== undefined) {
      ringBell(directory);
      return accepted(known, true);
    }
    const size = Buffer.byteLength(bytes);
    if (size > maxMessageBytes) throw new MakimaError('BODY_TOO_LARGE', `A message of ${size} bytes is larger than ${maxMessageBytes}`);
    if (exists(paths.close) || exists(paths.exit) || !exists(paths.messages)) throw new MakimaError('AGENT_INPUT_CLOSED');
    const waiting = waitingBytes(directory, names);
    if (waiting + size > maxWaitingBytes)
      throw new MakimaError('BODY_TOO_LARGE', `${waiting} bytes already wait for the agent, which does not read them`);
    const sequence = 1 + lastSequence(names);
    const name = messageName(sequence, mark);
    storeWhole(join(paths.messages, `${name}.msg`), bytes);
    if (!ringBell(directory)) {
      rmSync(join(paths.messages, `${name}.msg`), { force: true });
      throw new MakimaError('AGENT_INPUT_CLOSED', "The way to the agent's input was removed");
    }
    return accepted(name, false);
  });

const waitingBytes = (directory: string, names: readonly string[]): number => {
  const { messages } = runPaths(directory);
  let bytes = 0;
  for (const name of names.filter((each) => each.endsWith('.msg'))) {
    try {
      bytes += statSync(join(messages, name)).size;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error; // handed over meanwhile
    }
  }
  return bytes;
};

/**
 * Which messages were written into the agent's standard input, of those that were stored with an id; none where the directory is gone.
 * @param ids - as writeInput was given them
 */
export const writtenInputs = (directory: string, ids: readonly string[]): Promise<string[]> =>
  atOnce(() => {
    const names = namesIn(runPaths(directory).messages).filter((name) => name.endsWith('.done'));
    return ids.filter((id) => names.some((name) => name.endsWith(`${idMark(id)}.done`)));
  });

/**
 * The end of the agent's input, after every message stored before. Resolves when it is stored; can be repeated.
 * Does nothing for a run whose directory is gone. Never waits for the agent.
 */
export const closeInput = (directory: string): Promise<void> =>
  atOnce(() => {
    const paths = runPaths(directory);
    if (!exists(paths.messages)) return;
    storeWhole(paths.close, '');
    ringBell(directory);
  });

/**
 * Rings again after a restart, where something waits: a daemon that died between storing a message, or the end, and ringing left it so.
 * What was handed over is not handed over again. Where nothing waits nobody is woken: that is a shell a run.
 * @returns the sequence numbers of the messages that waited
 */
export const resumeInput = (directory: string): Promise<number[]> =>
  atOnce(() => {
    const names = namesIn(runPaths(directory).messages);
    const waiting = names.filter(isMessage).filter((name) => name.endsWith('.msg'));
    if (waiting.length > 0 || names.includes(basename(runPaths(directory).close))) ringBell(directory);
    return waiting.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
  });

/** All that was stored for the agent, in the order in which it has it or is to have it; nothing where the directory is gone. */
export const saidInputs = (directory: string): Promise<string[]> =>
  atOnce(() => {
    const { messages } = runPaths(directory);
    return namesIn(messages)
      .filter(isMessage)
      .sort()
      .flatMap((name) => readWhole(join(messages, name), join(messages, name.replace(/\.msg$/, '.done'))));
  });

/** What stands in the first of the files that is there: a message that is handed over meanwhile has another name. */
const readWhole = (...paths: readonly string[]): string[] => {
  for (const path of paths)
    try {
      return [readFileSync(path, 'utf8')];
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  return [];
};
