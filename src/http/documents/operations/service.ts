import type { Agent, Info } from '../../../../schemas/info.ts';
import type { CreateToolKey } from '../../../../schemas/task-requests.ts';
import type { NewToolKey, ToolKey } from '../../../../schemas/tool-key.ts';
import { json, jsonAndText, type OperationTexts } from './operation.ts';
import { at, keyId } from './samples.ts';

const listedKey: ToolKey = { id: keyId, label: 'ci', createdAt: at.created, expiresAt: null };
const newKey: NewToolKey = { ...listedKey, key: '4f'.repeat(32) };
const createKey = {
  forGood: { summary: 'As long as the task', value: { label: 'ci' } },
  forATime: { summary: 'For a time', value: { label: 'ci', expiresAt: '2999-01-01T00:00:00Z' } },
} satisfies Record<string, { summary: string; value: CreateToolKey }>;

const usage: Info['disk']['usage'] = {
  measuredAt: at.created,
  worktreeBytes: 9_600_000_000,
  repositoryBytes: 310_000_000,
  cacheBytes: 820_000_000,
  keptBytes: 45_000_000,
  preparedBytes: 240_000_000,
  logBytes: 4_200_000,
  runBytes: 90_000,
};

const agents: Agent[] = [
  {
    name: 'claude',
    command: 'claude',
    protocol: 'claude',
    isDefault: true,
    path: '/home/ada/.local/bin/claude',
    version: '2.1.330',
    problem: null,
  },
  {
    name: 'goose',
    command: 'goose',
    protocol: 'acp',
    isDefault: false,
    path: null,
    version: null,
    problem: 'goose was not found on the PATH (looked in /usr/bin, /bin). Install it, or correct its command in MAKIMA_AGENTS',
  },
];

const info: Info = {
  id: '2f1c8a4e-6d3b-4e57-8a90-1b2c3d4e5f60',
  version: '0.2.0',
  home: '/home/ada/.makima',
  startedAt: at.created,
  agents,
  limits: { maxConcurrentTasks: 4, maxDepth: 2 },
  usageLimits: [],
  disk: { freeBytes: 120_000_000_000, totalBytes: 500_000_000_000, logBytes: 4_200_000, usage },
  counts: { running: 1, done: 12 },
};

const health = json({ status: 'ok' });

/** Keys, and the daemon itself. */
export const serviceTexts: OperationTexts = {
  createToolKey: {
    description:
      "For a script or a server that is to reach one task's tree and nothing else. makima keeps a hash of it alone. An orchestrator's agent gets one of its own for each run, which ends with that.",
    requests: createKey,
    answers: { 201: jsonAndText(newKey, `${newKey.key}\n`) },
  },
  listToolKeys: {
    description: 'Those that were made by hand, and the one of a run that is under way.',
    answers: { 200: json([listedKey]) },
  },
  deleteToolKey: { description: 'A call with it that is under way is answered to its end.', answers: {} },
  getInfo: {
    description:
      'What keeps an agent from working is its `problem`, in words that say what to do. What the disk is used for is measured once an hour, and then only what has changed: nobody who asks waits for it.',
    answers: { 200: json(info) },
  },
  listAgents: {
    description:
      'Which are known and which of them are installed. A task may be made with one that is not: its start says so, and what to do. A task below another has the agent of that where it names none.',
    answers: { 200: jsonAndText(agents, 'claude\t2.1.330\tready\ngoose\t-\tnot installed\n') },
  },
  healthz: { description: 'As long as the process answers. It asks for no credential.', answers: { 200: health } },
  readyz: {
    description: 'From when the runs of the daemon before are taken up until it shuts down; else 503. It asks for no credential.',
    answers: { 200: health },
  },
  metrics: {
    description: 'Requests, tasks by status, open streams, prepared worktrees, the disk, and what Node measures of itself.',
    answers: {
      200: {
        'text/plain': { example: '# HELP makima_tasks Tasks by status\n# TYPE makima_tasks gauge\nmakima_tasks{status="running"} 1\n' },
      },
    },
  },
  openapiJson: {
    description: 'Of the version that answers. It asks for no credential.',
    answers: { 200: json({ openapi: '3.1.0', info: { title: 'makima', version: '0.2.0' }, paths: {} }) },
  },
  asyncapiYaml: {
    description: 'Of the version that answers, as it is in the package. It asks for no credential.',
    answers: { 200: { 'application/yaml': { example: 'asyncapi: 3.1.0\ninfo:\n  title: makima\n  version: 0.2.0\n' } } },
  },
  openapiYaml: {
    description: 'Of the version that answers, as it is in the package. It asks for no credential.',
    answers: { 200: { 'application/yaml': { example: 'openapi: 3.1.0\ninfo:\n  title: makima\n  version: 0.2.0\npaths: {}\n' } } },
  },
};
