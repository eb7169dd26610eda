import { readFileSync } from 'node:fs';
import { claudeReader } from '../../../src/agents/claude/reader.ts';
import type { AgentSignal } from '../../../src/agents/driver.ts';

/** The lines of a captured run of the real program. */
export const transcript = (name: string): string[] =>
  readFileSync(new URL(`../../fixtures/transcripts/${name}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/** What a fresh reader makes of some lines, flattened. */
export const signalsOf = (lines: readonly string[]): AgentSignal[] => {
  const reader = claudeReader();
  return lines.flatMap((line) => reader.read(line).signals);
};

type OfKind<K extends AgentSignal['kind']> = Extract<AgentSignal, { kind: K }>;

export const only = <K extends AgentSignal['kind']>(signals: readonly AgentSignal[], kind: K): OfKind<K>[] =>
  signals.filter((signal): signal is OfKind<K> => signal.kind === kind);
