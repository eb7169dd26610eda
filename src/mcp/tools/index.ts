import type { Tool } from '../tool.ts';
import { finishingTools } from './finish.ts';
import { lookingTools } from './look.ts';
import { makingTools } from './make.ts';
import { mergingTools } from './merge.ts';
import { readingTools } from './read.ts';
import { speakingTools } from './speak.ts';
import { waitingTools } from './wait.ts';

/** Every tool, in the order in which they are listed. */
export const tools: readonly Tool[] = [
  ...lookingTools,
  ...makingTools,
  ...waitingTools,
  ...readingTools,
  ...speakingTools,
  ...mergingTools,
  ...finishingTools,
];
