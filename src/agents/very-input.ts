import type { AgentRequest, AgentRule } from './driver.ts';

/** The same text for the same value, in whatever order its fields stand. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );

/** A rule of an agent that has no words for requests which are like one another: it is for the very input that it was decided with. */
export const fitsVeryInput = (
  { tool, rule, input }: AgentRule & { input: Readonly<Record<string, unknown>> | null },
  request: AgentRequest,
): boolean =>
  request.isDelicate !== true && rule === null && input !== null && tool === request.tool && canonical(input) === canonical(request.input);
