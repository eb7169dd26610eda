import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { FileChange } from '../../schemas/worktree.ts';
import type { Task } from '../../schemas/task.ts';
import { orchestratorPrompt } from '../../src/orchestrator/orchestrator-prompt.ts';
import { fingerprint, git, scratch, startDaemon, userRepository } from '../support/daemon.ts';

const as = 'git -c user.name=A -c user.email=a@example.com';

void t.test('an orchestrator splits the work, waits, brings it together and finishes', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const repository = userRepository(t);
  const before = fingerprint(repository);
  const keyFile = join(scratch(t), 'key');
  const alpha = `RUN: echo alpha > alpha.txt; git add -A; ${as} commit -qm alpha`;
  const beta = 'RUN: mkdir parts; printf %s "beta, it’s \\"quoted\\"" > parts/beta.txt';
  const plan = `RUN: set -eu
o=.makima/orchestrate.sh
printf %s "$MAKIMA_API_KEY" > '${keyFile}'
test "$($o list)" = ''
a=$($o create 'Write "alpha"' '${alpha}' --start | cut -f1)
b=$($o create 'Write beta' - --start <<'PLAN' | cut -f1
${beta}
PLAN
)
$o wait "$a" "$b"
$o status "$a" | grep -q done
if $o done 'too early'; then exit 9; fi
$o diff "$a" | git apply
mkdir -p parts && cp "$($o worktree "$b")/parts/beta.txt" parts/
git add -f .makima || true; git add -f .makima/orchestrate.sh || true; git add -A -f || true; git add -A; ${as} commit -qm 'all of it'
$o done 'Both are in: "alpha" & <beta>, 100 %'`;
  const { id } = await daemon.start({ name: 'Build both', isOrchestrator: true, repositoryUrl: repository, plan });
  const task = await daemon.ended(id);
  t.match(task, { status: 'done', errorMessage: null, exitCode: 0, progressSummary: 'Both are in: "alpha" & <beta>, 100 %' });
  t.match((await daemon.call<Task[]>('GET', `/tasks/${id}/subtasks`)).body, [
    { name: 'Write "alpha"', status: 'done', depth: 1, plan: alpha, baseCommit: task.baseCommit },
    { name: 'Write beta', status: 'done', depth: 1, plan: beta },
  ]);
  const worktree = task.overlayPath ?? '';
  t.equal(readFileSync(join(worktree, 'alpha.txt'), 'utf8'), 'alpha\n');
  t.equal(readFileSync(join(worktree, 'parts/beta.txt'), 'utf8'), 'beta, it’s "quoted"');
  t.same((await daemon.call<FileChange[]>('GET', `/tasks/${id}/diff`)).body, [
    { path: 'alpha.txt', status: 'added', additions: 1, deletions: 0 },
    { path: 'parts/beta.txt', status: 'added', additions: 1, deletions: 0 },
  ]);
  const committed = git(worktree, 'log', '--all', '--name-only', '--format=');
  t.match(committed, 'alpha.txt');
  t.notMatch(committed, '.makima');
  t.ok(existsSync(join(worktree, '.makima/orchestrate.sh')));
  t.equal(git(worktree, 'status', '--short'), '');

  const events = await daemon.events(id);
  t.match(events.at(-1), { type: 'end', status: 'done' });
  const done = events.findIndex((event) => event.type === 'status' && event.to === 'done');
  const result = events.findIndex((event) => event.type === 'output' && event.jsonType === 'result');
  t.ok(done >= 0 && result > done, 'it is done when it says so, and its last words still come');
  t.same(fingerprint(repository), before);

  const key = readFileSync(keyFile, 'utf8');
  t.match(key, /^[0-9a-f]{64}$/);
  t.equal((await daemon.callWith(key, 'GET', `/tasks/${id}`)).status, 401, 'the key died with the run');
});

void t.test(
  'its agent has makima’s tools over MCP, with its key and past any proxy; nobody reads the key among its arguments',
  async (t) => {
    const daemon = await startDaemon(t, 'runs-plan', {
      MAKIMA_AGENT_ENV: JSON.stringify({ HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '.corp' }),
    });
    const note = join(scratch(t), 'note');
    const plan = `RUN: { ps -ww -o args= -p $PPID; echo "$NO_PROXY"; echo "$MAKIMA_API_KEY"; } > '${note}'`;
    const noted = async (fields: Record<string, unknown>): Promise<string[]> => {
      const { id } = await daemon.start({ plan, ...fields });
      t.equal((await daemon.ended(id)).status, 'done');
      return readFileSync(note, 'utf8').split('\n');
    };
    const [args = '', exceptions, key = ''] = await noted({ isOrchestrator: true });
    const server = { type: 'http', url: `${daemon.app.url}/mcp`, headers: { 'X-Makima-Tool-Key': '${MAKIMA_API_KEY}' } };
    t.ok(args.includes(` --mcp-config ${JSON.stringify({ mcpServers: { makima: server } })}`), args);
    t.match(key, /^[0-9a-f]{64}$/);
    t.notOk(args.includes(key));
    t.equal(exceptions, '.corp,127.0.0.1');
    const [others = '', theirs] = await noted({});
    t.notMatch(others, '--mcp-config', 'a task that leads none has none');
    t.equal(theirs, '.corp');
  },
);

void t.test('a run that fails takes its key along; the next run gets another', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const keyFile = join(scratch(t), 'keys');
  const { id } = await daemon.start({ isOrchestrator: true, plan: `RUN: echo "$MAKIMA_API_KEY" >> '${keyFile}'; exit 1` });
  t.equal((await daemon.ended(id)).status, 'failed');
  await daemon.call('POST', `/tasks/${id}/start`);
  t.equal((await daemon.ended(id)).status, 'failed');
  const keys = readFileSync(keyFile, 'utf8').trim().split('\n');
  t.equal(new Set(keys).size, 2);
  for (const key of keys) t.equal((await daemon.callWith(key, 'GET', `/tasks/${id}`)).status, 401);
  t.same((await daemon.call('GET', `/tasks/${id}/tool-keys`)).body, []);
  const actions = (await daemon.events(id)).flatMap((event) => (event.type === 'tool-key' ? [event.action] : []));
  t.same(actions, ['created', 'revoked', 'created', 'revoked']);
});

void t.test('the script is not written through a link that an earlier run has put in its place', async (t) => {
  const daemon = await startDaemon(t, 'runs-plan');
  const file = join(scratch(t), 'theirs');
  writeFileSync(file, 'theirs\n');
  const { id } = await daemon.start({ plan: `RUN: ln -sf ${file} .makima/orchestrate.sh`, isOrchestrator: true });
  const { overlayPath } = await daemon.ended(id);
  t.ok(lstatSync(join(overlayPath ?? '', '.makima/orchestrate.sh')).isSymbolicLink());
  await daemon.call('POST', `/tasks/${id}/start`);
  await daemon.ended(id);
  t.equal(readFileSync(file, 'utf8'), 'theirs\n');
});

void t.test('one that ends its turn with work of a subtask left is told so once, and then has failed', async (t) => {
  const daemon = await startDaemon(t, 'by-task-name');
  const { id } = await daemon.make({ name: 'echo-messages', isOrchestrator: true });
  const child = await daemon.ended((await daemon.start({ name: 'runs-plan', parentTaskId: id, plan: 'RUN: echo 1 > one' })).id);
  t.equal(child.status, 'done');
  await daemon.call('POST', `/tasks/${id}/start`);
  const task = await daemon.ended(id);
  t.equal(task.status, 'failed');
  t.match(task.errorMessage, child.branch ?? '?');
  t.match((await daemon.lines(id, 'stdin')).join('\n'), /the task is not finished.*one/s);
});

void t.test('the worked example of the system text runs as it stands', async (t) => {
  const facts = {
    name: 'x',
    worktreePath: '/w',
    branch: null,
    baseBranch: null,
    isSubtask: false,
    continuedFrom: null,
    hasEarlierRun: false,
    ports: null,
  };
  const example = /^ {4}o=.*?(?=\n\n)/ms.exec(orchestratorPrompt(facts))?.[0].replace(/^ {4}/gm, '') ?? '';
  t.match(example, /create "Parser".*--continue-from/s);
  const daemon = await startDaemon(t, 'runs-plan');
  // Each subtask leaves a file of its own, under its name, where the example has no plan.
  const plans = example
    .replace('...\n', 'RUN: echo 1 > parser\n')
    .replace('"Docs" "..."', '"Docs" "RUN: echo 1 > docs"')
    .replace('"CLI" "..."', '"CLI" "RUN: test -e parser; echo 1 > cli"');
  const { id } = await daemon.start({
    name: 'Example',
    isOrchestrator: true,
    repositoryUrl: userRepository(t),
    plan: `RUN: set -eu\n${plans}\n$o done 'It works'`,
  });
  const task = await daemon.ended(id);
  t.match(task, { status: 'done', progressSummary: 'It works', errorMessage: null });
  for (const file of ['parser', 'docs', 'cli']) t.ok(existsSync(join(task.overlayPath ?? '', file)), file);
});
