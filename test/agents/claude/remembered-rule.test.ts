/** Which requests a rule is for: never more than it says to a person who reads it. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { AgentRequest } from '../../../src/agents/driver.ts';
import { claudeReader } from '../../../src/agents/claude/reader.ts';
import { fits } from '../../../src/agents/claude/remembered-rule.ts';

const asked = (tool: string, input: Record<string, unknown>, more: Partial<AgentRequest> = {}): AgentRequest => ({
  id: 'r',
  tool,
  input,
  isQuestion: false,
  cwd: '/w/tree',
  ...more,
});
const rule = (tool: string, text: string | null, input: Record<string, unknown> | null = null) => ({ tool, rule: text, input });

void t.test('a command and what may follow it, and no second command', (t) => {
  const fitting = (text: string, command: string, more: object = {}): boolean =>
    fits(rule('Bash', text), asked('Bash', { command, description: 'whatever', ...more }));
  for (const command of ['git add', 'git add a', "git add 'a; rm -rf b'", 'git add "a b" c', 'git add -- x/y.ts', 'git add a=b,c:d@e%'])
    for (const text of ['git add *', 'git add:*']) t.ok(fitting(text, command), command);
  for (const command of [
    'git addx',
    'git add a; rm b',
    'git add a && rm b',
    'git add a | sh',
    'git add a & rm b',
    'git add a\nrm b',
    'git add $(rm b)',
    'git add `rm b`',
    'git add "$(rm b)"',
    'git add "`rm b`"',
    'git add "a\\" ; rm b; \\""',
    "git add 'a' ; rm 'b'",
    'git add a > /etc/passwd',
    'git add <(rm b)',
    'git add ${x}',
    'git add *',
    'git add \\; rm',
    'git add a # b',
    'git add !x',
    'git add "a',
    "git add 'a",
    'X=1 git add a',
    ' git add a',
    'GIT ADD a',
  ])
    t.notOk(fitting('git add *', command), command);
  t.ok(fitting('npm test', 'npm test'));
  t.notOk(fitting('npm test', 'npm test -- x'), 'a rule without a star is that command');
  for (const text of ['*', ' *', ':*', 'git*', 'git * push', 'git add**', '']) t.notOk(fitting(text, 'git add a'), text);
  t.notOk(fitting('git add *', 'git add a', { dangerouslyDisableSandbox: true }), 'what it is done with counts, too');
  t.ok(fitting('git add *', 'git add a', { timeout: 1000, run_in_background: true }));
  t.notOk(fits(rule('Bash', 'git add *'), asked('Bash', { command: 'git add a' }, { isDelicate: true })));
  t.notOk(fits(rule('Bash', 'git add *'), asked('Shell', { command: 'git add a' })));
  t.notOk(fits(rule('Bash', 'git add *'), asked('Bash', { command: 7 })));
  t.end();
});

void t.test('paths below a directory, hosts, and whole tools of a server', (t) => {
  const edit = (text: string, path: unknown, tool = 'Write', more = {}): boolean =>
    fits(rule('Edit', text), asked(tool, { file_path: path }, more));
  t.ok(edit('./**', '/w/tree/a/b.txt'));
  t.ok(edit('./**', '/w/tree/a', 'Edit'));
  t.ok(fits(rule('Edit', './**'), asked('NotebookEdit', { notebook_path: '/w/tree/a.ipynb' })));
  for (const path of [
    '/w/tree',
    '/w/treeless/a',
    '/w/tree/../x',
    '/w/other/a',
    'a',
    '/w/tree/.git/hooks/x',
    '/w/tree/a/.claude/settings.json',
    '/w//tree/a',
    7,
  ])
    t.notOk(edit('./**', path), String(path));
  t.notOk(edit('./**', '/w/tree/a', 'Write', { cwd: undefined }));
  t.notOk(edit('./**', '/w/tree/a', 'Bash'));
  t.ok(edit('//etc/x/**', '/etc/x/y'));
  for (const text of ['/etc/x/**', '//**', '/**', '**', '~/**', '//etc/*/**', '//etc/x/*', '//etc/x'])
    t.notOk(edit(text, '/etc/x/y'), text);
  t.ok(fits(rule('Read', '//etc/**'), asked('Read', { file_path: '/etc/hosts' })));
  t.notOk(fits(rule('Read', '//etc/**'), asked('Write', { file_path: '/etc/hosts' })), 'who may read may not write');
  const fetched = (url: unknown): boolean => fits(rule('WebFetch', 'domain:a.example'), asked('WebFetch', { url, prompt: 'p' }));
  t.ok(fetched('https://a.example/x?y#z'));
  for (const url of [
    'https://b.a.example/',
    'https://a.example.evil/',
    'https://evil/@a.example',
    'https://a.example@evil/',
    'file://a.example/',
    'x',
    7,
  ])
    t.notOk(fetched(url), String(url));
  t.ok(fits(rule('mcp__s__t', '*'), asked('mcp__s__t', { a: 1 })));
  t.notOk(fits(rule('mcp__s__t', '*'), asked('mcp__s__u', { a: 1 })));
  t.notOk(fits(rule('Bash', '*'), asked('Bash', { command: 'x' })));
  t.end();
});

void t.test('a link leads out of no directory that a rule is for', (t) => {
  const place = realpathSync(
    t.testdir({
      outside: { 'a.txt': 'a' },
      tree: {
        '.git': { hooks: {} },
        docs: { 'a.txt': 'a' },
        inner: t.fixture('symlink', 'docs'),
        out: t.fixture('symlink', '../outside'),
        hooks: t.fixture('symlink', '.git/hooks'),
        'own.txt': t.fixture('symlink', 'docs/a.txt'),
        'out.txt': t.fixture('symlink', '../outside/a.txt'),
        'new.txt': t.fixture('symlink', '../outside/new.txt'),
        loop: t.fixture('symlink', 'loop'),
      },
      place: t.fixture('symlink', 'tree'),
    }),
  );
  const edits = (path: string, at = 'tree', text = './**'): boolean =>
    fits(rule('Edit', text), asked('Write', { file_path: join(place, at, path) }, { cwd: join(place, at) }));
  for (const at of ['tree', 'place'])
    for (const path of ['docs/a.txt', 'docs/new/b.txt', 'inner/a.txt', 'inner/new.txt', 'own.txt']) t.ok(edits(path, at), `${at}/${path}`);
  for (const path of ['out/a.txt', 'out/new/b.txt', 'hooks/pre-commit', 'out.txt', 'new.txt', 'loop', 'loop/a', 'docs/a.txt/b/c'])
    t.equal(edits(path), path.startsWith('docs'), path);
  t.ok(edits('docs/a.txt', 'tree', `/${place}/tree/**`));
  t.ok(edits('docs/a.txt', 'place', `/${place}/place/**`));
  t.notOk(edits('out/a.txt', 'tree', `/${place}/tree/**`));
  t.end();
});

void t.test('one very input, whatever the order of its fields and what is remarked on it', (t) => {
  const made = { command: 'x', description: 'one way' };
  t.ok(fits(rule('Bash', null, made), asked('Bash', { description: 'another', command: 'x' })));
  t.notOk(fits(rule('Bash', null, made), asked('Bash', { command: 'y' })));
  t.ok(fits(rule('Tool', null, { a: [{ b: 1, c: 2 }], d: 3 }), asked('Tool', { d: 3, a: [{ c: 2, b: 1 }] })));
  t.notOk(fits(rule('Tool', null, { a: [1, 2] }), asked('Tool', { a: [2, 1] })));
  t.notOk(fits(rule('Tool', null, { description: 'a' }), asked('Tool', { description: 'b' })), 'a remark of Bash alone');
  t.notOk(fits(rule('Tool', null), asked('Tool', {})));
  t.end();
});

void t.test('what claude suggests is taken where it fits the request, else that very input', (t) => {
  const request = (tool: string, input: object, more: object = {}): AgentRequest | undefined => {
    const reader = claudeReader();
    reader.read(JSON.stringify({ type: 'system', subtype: 'init', session_id: 's', cwd: '/w/tree' }));
    const { signals } = reader.read(
      JSON.stringify({ type: 'control_request', request_id: 'r', request: { subtype: 'can_use_tool', tool_name: tool, input, ...more } }),
    );
    return signals.find((signal) => signal.kind === 'asked')?.request;
  };
  const rules = (...contents: (string | undefined)[]): object => ({
    permission_suggestions: [
      {
        type: 'addRules',
        behavior: 'allow',
        rules: contents.map((ruleContent) => ({ toolName: 'Bash', ruleContent })),
        destination: 'localSettings',
      },
    ],
  });
  const edits = (...directories: string[]): object => ({
    permission_suggestions: [
      { type: 'setMode', mode: 'acceptEdits', destination: 'session' },
      ...(directories.length > 0 ? [{ type: 'addDirectories', directories }] : []),
    ],
  });
  const ofIt = (tool: string): { tool: string; rule: null }[] => [{ tool, rule: null }];
  t.same(request('Bash', { command: 'git add x' }, rules('git add *'))?.suggestions, [{ tool: 'Bash', rule: 'git add *' }]);
  t.same(request('Bash', { command: 'git status && git add x' }, rules('git add *'))?.suggestions, ofIt('Bash'));
  t.same(request('Bash', { command: 'touch x' }, rules('touch x'))?.suggestions, ofIt('Bash'), 'the command itself is that very input');
  t.same(request('Bash', { command: 'touch x' }, { ...rules(undefined), ...edits('/w') })?.suggestions, ofIt('Bash'));
  t.same(request('Write', { file_path: '/w/tree/a' }, edits())?.suggestions, [{ tool: 'Edit', rule: './**' }]);
  t.same(request('Write', { file_path: '/tmp/z/a' }, edits('/tmp/z'))?.suggestions, [{ tool: 'Edit', rule: '//tmp/z/**' }]);
  t.same(request('Write', { file_path: '/w/tree/.git/config' }, edits())?.suggestions, ofIt('Write'));
  t.same(request('Tool', { a: 1 }, { permission_suggestions: 'x' })?.suggestions, ofIt('Tool'));
  t.same(
    request(
      'Bash',
      { command: 'x' },
      { permission_suggestions: [{ type: 'addRules', behavior: 'deny', rules: [{ toolName: 'Bash', ruleContent: 'x *' }] }] },
    )?.suggestions,
    ofIt('Bash'),
  );
  const dangerous = request(
    'Bash',
    { command: 'rm -rf /' },
    { ...rules('rm *'), decision_reason_type: 'safetyCheck', decision_reason: 'Why' },
  );
  t.match(dangerous, { isDelicate: true, suggestions: undefined, reason: 'Why' });
  // 2.1.100 does not say that this is one for the user.
  const old = request('AskUserQuestion', { questions: [{ question: 'A?', options: [{ label: 'B' }, 7] }, { question: '' }, 7] });
  t.match(old, {
    isQuestion: true,
    isDelicate: true,
    questions: [{ question: 'A?', header: null, options: [{ label: 'B', description: null }] }],
  });
  t.equal(old?.questions?.length, 1);
  t.match(request('ExitPlanMode', {}, { requires_user_interaction: true }), { isQuestion: true, questions: undefined });
  t.end();
});
