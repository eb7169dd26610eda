import { identifyTogether } from './identify-together.ts';
import { linux } from './linux.ts';
import { macos } from './macos.ts';
import type { ProcessPlatform } from './process-table.ts';

export type { ProcessInfo, ProcessPlatform, TableEntry } from './process-table.ts';

/** The process table of the system that this runs on. */
export const platform: ProcessPlatform = process.platform === 'darwin' ? macos : linux;

/** One process of it, undefined where there is none. */
export const identify = identifyTogether(platform);
