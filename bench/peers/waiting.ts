import { setTimeout as delay } from 'node:timers/promises';

/** How long anything may take; then the cell says so. */
export const patienceMs = 45_000;

/** It will never be so. */
export class Hopeless extends Error {}

/** Asks again and again. @throws Error where it is not so in time; the last failure to ask is its cause */
export const until = async (isSo: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  const last = performance.now() + patienceMs;
  let failure: unknown;
  for (;;) {
    try {
      if (await isSo()) return;
      failure = undefined;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      failure = error;
    }
    if (performance.now() > last) throw new Error(`${what}: not within ${patienceMs / 1000} s`, { cause: failure });
    await delay(5);
  }
};

/** On one line of a table. */
export const whyOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `; ${error.cause.message}` : '';
  const line = (message + cause).replaceAll(/\s+/g, ' ').replaceAll('|', '/').trim();
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
};
