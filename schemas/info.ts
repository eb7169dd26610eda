import { Type, type Static } from '@sinclair/typebox';
import { Nullable, Timestamp, described, ref } from './common.ts';

const bytes = (description: string) => Type.Integer({ description: `In bytes: ${description}` });

export const DiskUsage = Type.Object(
  {
    measuredAt: Nullable(
      Type.String({
        format: 'date-time',
        description: 'When what had changed by then was measured; null before the first time, minutes after the first start',
      }),
    ),
    worktreeBytes: bytes("tasks' worktrees, ignored files too"),
    repositoryBytes: bytes("tasks' repositories, with what was kept of worktrees that were put away"),
    cacheBytes: bytes('what was fetched of sources'),
    keptBytes: bytes('repositories of deleted tasks'),
    preparedBytes: bytes('worktrees that are kept ready'),
    logBytes: bytes("tasks' events"),
    runBytes: bytes('what agents that run have written'),
  },
  {
    $id: 'DiskUsage',
    description:
      'What the disk is used for, about; a file with several names counts by its share. Logs and prepared worktrees as they are now, the others as of measuredAt',
  },
);
export type DiskUsage = Static<typeof DiskUsage>;

export const Agent = Type.Object(
  {
    name: Type.String({ description: 'What a task calls it' }),
    command: Type.String({ description: 'As it is set' }),
    protocol: Type.String({ description: 'How it is spoken to, such as acp' }),
    isDefault: Type.Boolean({ description: 'Whether it is that of a task that names none' }),
    path: Nullable(Type.String({ description: 'Where it was found; null where it is not installed' })),
    version: Nullable(Type.String({ description: 'What it says of itself' })),
    problem: Nullable(
      Type.String({
        description:
          'Why it cannot be used, or is not signed in, and how to get there. Where it was not signed in it is asked again after a minute, else after ten',
      }),
    ),
  },
  { $id: 'Agent', description: 'An agent that tasks can have' },
);
export type Agent = Static<typeof Agent>;

export const Info = Type.Object(
  {
    id: Type.String({ description: 'Of this daemon; made on its first start' }),
    version: Type.String({ description: 'Of makima' }),
    home: Type.String({ description: 'Its directory, MAKIMA_HOME' }),
    startedAt: Type.String({ format: 'date-time', description: 'When this process began' }),
    agents: Type.Array(ref(Agent), { description: 'Those that there are, and what keeps one from working' }),
    limits: Type.Record(Type.String(), Type.Number(), { description: 'Bounds of this daemon, by name' }),
    usageLimits: Type.Array(
      Type.Object({
        agent: Type.String({ description: 'Whose account it is' }),
        until: Nullable(described(Timestamp, 'When it is over; null where nobody knows')),
        since: described(Timestamp, 'When it was told'),
        parked: Type.Integer({ description: 'How many tasks wait for its end with a session to go on with' }),
      }),
      { description: "Limits that agents' accounts have come to: nothing of theirs is started until they are over" },
    ),
    disk: Type.Object(
      {
        freeBytes: Type.Integer({ description: 'What is free for the daemon' }),
        totalBytes: Type.Integer({ description: 'Its size' }),
        logBytes: Type.Integer({ description: 'What the logs take' }),
        usage: ref(DiskUsage),
      },
      { description: 'The disk of the home, and what the logs of all tasks take of it' },
    ),
    counts: Type.Record(Type.String(), Type.Integer(), { description: 'Tasks by status' }),
  },
  { $id: 'Info', description: 'What the daemon is and has' },
);
export type Info = Static<typeof Info>;
