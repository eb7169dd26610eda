import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { readFileSync } from 'node:fs';
import { Usage } from '../../../schemas/task.ts';
import type { AgentLaunch } from '../../agents/driver.ts';
import { MakimaError } from '../../errors.ts';
import { isMissing } from '../../files/failure.ts';
import { storeWhole } from '../../files/store-whole.ts';
import { runPaths } from '../../process/run-directory.ts';

const StringOrNull = Type.Union([Type.String(), Type.Null()]);

const Launch = Type.Object({
  cwd: Type.String(),
  session: StringOrNull,
  model: StringOrNull,
  effort: StringOrNull,
  permissions: Type.Union([Type.Literal('skip'), Type.Literal('ask'), Type.Null()]),
  budget: Type.Union([Type.Object({ maxCostUsd: Type.Optional(Type.Number()), maxTurns: Type.Optional(Type.Number()) }), Type.Null()]),
  mcp: Type.Union([
    Type.Record(
      Type.String(),
      Type.Union([
        Type.Object({
          command: Type.String(),
          args: Type.Optional(Type.Array(Type.String())),
          env: Type.Optional(Type.Record(Type.String(), Type.String())),
        }),
        Type.Object({ type: Type.Literal('http'), url: Type.String(), headers: Type.Optional(Type.Record(Type.String(), Type.String())) }),
      ]),
    ),
    Type.Null(),
  ]),
  sessionUsage: Type.Optional(Usage),
  secrets: Type.Optional(Type.Record(Type.String(), Type.String())),
});

const OpeningFile = Type.Object({ launch: Launch, messages: Type.Array(Type.Object({ id: Type.String(), text: Type.String() })) });

/** How an agent that has to be greeted was started, and what it is told as soon as it takes messages. */
export interface Opening {
  launch: AgentLaunch;
  messages: readonly { id: string; text: string }[];
}

/** Stores it, before the agent is started: the daemon that hears the agent's answer to the greeting may be another one. @throws MakimaError DISK_FULL */
export const storeOpeningFile = (directory: string, opening: Opening): void => {
  storeWhole(runPaths(directory).opening, JSON.stringify(opening));
};

/**
 * What was stored of a run, null where its agent needed no greeting.
 * @throws MakimaError INTERNAL where the file holds something else
 */
export const readOpeningFile = (directory: string): Opening | null => {
  const path = runPaths(directory).opening;
  try {
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
    Value.Assert(OpeningFile, stored);
    return stored;
  } catch (error) {
    if (isMissing(error)) return null;
    throw new MakimaError('INTERNAL', `What the agent was to be told first, ${path}, cannot be read`, { cause: error });
  }
};
