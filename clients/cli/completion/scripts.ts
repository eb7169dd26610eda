import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/**
 * What a shell runs to complete words. All of it asks `makima __complete`, which answers a line a candidate, a tab and what is said of
 * it; `:files` or `:directories` has the shell name those.
 */
export const completionScript = (shell: Shell): string => readFileSync(join(import.meta.dirname, `makima.${shell}`), 'utf8');
