/** The house: which room may import which, and what no file of it may hold. */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import t from 'tap';
import ts from 'typescript';

const leaves = ['schemas', 'words', 'error-table', 'errors', 'domain', 'files'];
const machine = ['store', 'events', 'git', 'process', 'agents', 'orchestrator'];
/** What the machine stands on: the pure rules, files, and the shells that start programs. */
const ground = [...leaves, 'shells'];
/** Each stands on the machine and on those before it. */
const work = ['ledger', 'integration', 'completion', 'webhooks', 'runs'];
/** The rooms within git, each of which stands on those before it. */
const gitRooms = ['command', 'repository', 'worktree', 'snapshot', 'merge', 'delivery'];

interface Room {
  /** Whose values and types it may import; its own always. */
  imports: string[];
  /** Whose types alone. */
  types?: string[];
}
const closed = (imports: string[], types: string[] = []): Room => ({ imports, types });
const rooms: Readonly<Record<string, Room>> = {
  schemas: closed([]),
  // What a person is shown, by the daemon and by its command.
  words: closed([]),
  'error-table': closed([]),
  errors: closed(['error-table']),
  version: closed([]),
  // What is asked of and done to files anywhere.
  files: closed(['error-table', 'errors']),
  // Starts programs for whoever needs one.
  shells: closed(['error-table', 'errors', 'files']),
  config: closed(['errors', 'files', 'domain']),
  domain: closed(['schemas', 'errors']),
  ...Object.fromEntries(machine.map((room) => [room, closed(ground)])),
  // Agents are told who speaks to them.
  agents: closed([...ground, 'version']),
  // The daemon's own files: its lock, its token, where it listens.
  home: closed(leaves),
  ...Object.fromEntries(work.map((room, index) => [room, closed([...leaves, ...machine, ...work.slice(0, index)])])),
  tasks: closed([...leaves, ...machine, ...work, 'version']),
  http: closed([...leaves, 'version'], ['tasks']),
  // Its door of WebSockets.
  websocket: closed([...leaves, 'http'], ['tasks']),
  // Its door of the Model Context Protocol.
  mcp: closed([...leaves, 'http', 'version'], ['tasks']),
  // Behaviour reaches a route through what main hands it.
  routes: closed([...leaves, 'http'], ['tasks']),
  // A home that was moved or copied: what is in it follows.
  place: closed([...leaves, ...machine, ...work, 'home']),
  // Runs a command of the user's for what a person wants to know.
  notify: closed([...leaves, 'shells', 'store', 'events']),
  // Looks at what makima needs, whether a daemon runs or not.
  doctor: closed([...leaves, ...machine, 'home']),
  // The wiring, and nothing else.
  main: closed([
    ...leaves,
    ...machine,
    ...work,
    'tasks',
    'place',
    'http',
    'websocket',
    'mcp',
    'routes',
    'config',
    'version',
    'home',
    'notify',
    'doctor',
  ]),
  // Clients know the contract alone, as any other does: its types, and nothing of the daemon.
  'clients/typescript': closed([]),
  'clients/cli': closed(['clients/typescript', 'words']),
};
/** Packages that one room alone may know, so that the others do not come to depend on them. */
const keptIn: Readonly<Record<string, string[]>> = {
  kysely: ['store'],
  'node:sqlite': ['store', 'home'],
  fastify: ['http', 'websocket', 'mcp', 'routes', 'main'],
  '@fastify/websocket': ['websocket'],
  ws: ['websocket'],
  '@modelcontextprotocol/server': ['mcp'],
  'openapi-fetch': ['clients/typescript'],
};
const maxLines = 250;
/** Made by a program, to be read by one. */
const generated = 'clients/typescript/contract.d.ts';

/** The room of git in which a file is, null outside git. A file beside the rooms is in none, and found as such. */
const gitRoomOf = (file: string): string | null => /^src\/git\/([^/]+)/.exec(file)?.[1] ?? null;

/** Says where an import into git, or within it, misses a door or runs against the order; null where it does neither. */
const gitViolation = (file: string, target: string): string | null => {
  const to = gitRoomOf(target);
  const from = gitRoomOf(file);
  if (to === null || from === to) return null;
  if (target !== `src/git/${to}/index.ts`) return `${file}: the door of git/${to} is its index.ts, not ${target}`;
  if (from === null || gitRooms.indexOf(to) < gitRooms.indexOf(from)) return null;
  return `${file}: git/${from} stands below git/${to} and may not import it (${target})`;
};

/** `src/runs/process/x.ts` is in the room `runs`, `src/app.ts` is a room by itself, each client is one. */
const roomOf = (file: string): string => {
  const [top = '', room = ''] = file.split('/');
  if (top === 'clients') return `${top}/${room}`;
  return top === 'src' ? room.replace(/\.ts$/, '') : top;
};

interface Import {
  specifier: string;
  typeOnly: boolean;
}

/** Stands for the specifier of an import whose path is worked out when the program runs. */
const computed = '(computed)';

/** Every import and re-export of a file; one that names types alone in each of its statements is type-only. */
const importsOf = (file: string, text: string): Import[] => {
  const typeOnly = new Map<string, boolean>();
  const note = (specifier: string, only: boolean) => typeOnly.set(specifier, only && (typeOnly.get(specifier) ?? true));
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const clause = node.importClause;
      const named = clause?.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
      const allTypes = named.length > 0 && !clause?.name && named.every((element) => element.isTypeOnly);
      note(node.moduleSpecifier.text, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || allTypes);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      note(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      note(specifier && ts.isStringLiteral(specifier) ? specifier.text : computed, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  // TypeScript's own list as well, for any form that is not named above: it counts as an import of values.
  const specifiers = new Set([...typeOnly.keys(), ...ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)]);
  return [...specifiers].map((specifier) => ({ specifier, typeOnly: typeOnly.get(specifier) ?? false }));
};

/** Whether the compiler is told not to look: by a type, or by a comment. A text that only speaks of it is none. */
const findSilencing = (file: string, text: string): { any: boolean; comment: boolean } => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = { any: false, comment: false };
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.any = true;
    const comments = [...(ts.getLeadingCommentRanges(text, node.pos) ?? []), ...(ts.getTrailingCommentRanges(text, node.end) ?? [])];
    for (const { pos, end } of comments)
      if (/@ts-(ignore|nocheck|expect-error)|eslint-disable/.test(text.slice(pos, end))) found.comment = true;
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return found;
};

type Files = Readonly<Record<string, string>>;

/** One sentence for each import that runs the wrong way, sits in the wrong room, or leads nowhere. */
const importViolations = (files: Files): string[] => {
  const found: string[] = [];
  for (const [file, text] of Object.entries(files)) {
    const name = roomOf(file);
    const room = rooms[name];
    if (!room) {
      found.push(`${file}: ${name} is no room of the house; give it one in ${import.meta.filename} and in the design`);
      continue;
    }
    const gitRoom = gitRoomOf(file);
    if (gitRoom !== null && !gitRooms.includes(gitRoom)) found.push(`${file}: ${gitRoom} is no room of git`);
    for (const { specifier, typeOnly } of importsOf(file, text)) {
      if (specifier === computed) {
        found.push(`${file}: imports a path that nobody can know before the program runs`);
        continue;
      }
      if (!specifier.startsWith('.')) {
        const owner = Object.keys(keptIn).find((kept) => specifier === kept || specifier.startsWith(`${kept}/`));
        if (owner !== undefined && !keptIn[owner]?.includes(name))
          found.push(`${file}: ${specifier} is known to ${keptIn[owner]?.join(', ') ?? ''} alone`);
        // Pure: no input, no output, no clock. A package could hide any of them.
        if (name === 'domain') found.push(`${file}: domain imports no package, ${specifier} neither`);
        continue;
      }
      const target = posix.join(posix.dirname(file), specifier);
      if (!target.endsWith('.ts')) continue;
      if (!Object.hasOwn(files, target)) found.push(`${file}: ${specifier} leads nowhere`);
      const to = roomOf(target);
      const isOpen = to === name || room.imports.includes(to) || (typeOnly && room.types?.includes(to));
      const within = isOpen ? gitViolation(file, target) : null;
      if (within !== null) found.push(within);
      if (!isOpen) found.push(`${file}: ${name} may not import ${room.types?.includes(to) ? 'values of ' : ''}${to} (${target})`);
    }
  }
  return found;
};

/** Each cycle of files once, as a path that comes back to its beginning. Types count: a cycle of them ties files together as well. */
const cycles = (files: Files): string[] => {
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const found: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') return void found.push(`a cycle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
    state.set(file, 'open');
    path.push(file);
    for (const { specifier } of importsOf(file, files[file] ?? '')) {
      const target = posix.join(posix.dirname(file), specifier);
      if (specifier.startsWith('.') && Object.hasOwn(files, target)) visit(target);
    }
    path.pop();
    state.set(file, 'done');
  };
  for (const file of Object.keys(files)) visit(file);
  return found;
};

const tooLong = (files: Files): string[] =>
  Object.entries(files).flatMap(([file, text]) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > maxLines && file !== generated ? [`${file}: ${lines} lines; ${maxLines} at most`] : [];
  });

const silenced = (files: Files): string[] =>
  Object.entries(files).flatMap(([file, text]) => {
    const { any, comment } = findSilencing(file, text);
    return [
      ...(any ? [`${file}: any switches the compiler off`] : []),
      ...(comment ? [`${file}: a comment silences a check instead of meeting it`] : []),
    ];
  });

const root = join(import.meta.dirname, '..');
const read = (...patterns: string[]): Files => {
  const paths = globSync(patterns, { cwd: root, exclude: ['test/fixtures/**'] }).map((path) => path.replaceAll('\\', '/'));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
};
const house = read('src/**/*.ts', 'routes/**/*.ts', 'schemas/**/*.ts', 'words/**/*.ts', 'clients/**/*.ts');

void t.test('imports run one way', (t) => {
  t.ok(Object.keys(house).length > 50, 'the files were found');
  t.strictSame(importViolations(house), []);
  t.end();
});

void t.test('no file imports itself, by whatever way round', (t) => {
  t.strictSame(cycles(house), []);
  t.end();
});

void t.test('no file is too long to be read at once', (t) => {
  t.strictSame(tooLong(house), []);
  t.end();
});

void t.test('nothing is silenced, in the tests neither', (t) => {
  t.strictSame(silenced({ ...house, ...read('test/**/*.ts', 'bench/**/*.ts') }), []);
  t.end();
});

void t.test('the architecture draws the house as it is', (t) => {
  const [drawing = ''] = /^```text\n[^]*?^```/m.exec(readFileSync(join(root, 'docs/architecture.md'), 'utf8')) ?? [];
  const drawn = [...drawing.matchAll(/^ {0,4}([a-z-]+)\/(?: |$)/gm)].map(([, name]) => name);
  const there = ['src/*/', 'src/git/*/', 'schemas/', 'words/', 'routes/', 'clients/', 'clients/*/', 'scripts/'].flatMap((pattern) =>
    globSync(pattern, { cwd: root }),
  );
  t.strictSame(drawn.sort(), ['src', ...there.map((path) => posix.basename(path.replaceAll('\\', '/')))].sort());
  t.end();
});

void t.test('the checks see what they look for', (t) => {
  const empty = {
    'src/store/a.ts': '',
    'src/git/command/index.ts': '',
    'src/git/command/a.ts': '',
    'src/git/merge/index.ts': '',
    'src/tasks/a.ts': '',
    'src/runs/a.ts': '',
    'src/http/a.ts': '',
    'src/config/config.ts': '',
    'src/domain/a.ts': '',
    'routes/a.ts': '',
    'src/main/app.ts': '',
    'schemas/a.ts': '',
    'clients/typescript/a.ts': '',
    'clients/cli/a.ts': '',
  };
  const wrong: [file: string, text: string, says: string][] = [
    ['src/git/command/x.ts', "import { a } from '../../store/a.ts';", 'git may not import store'],
    ['src/store/deep/x.ts', "import type { A } from '../../git/command/index.ts';", 'store may not import git'],
    ['src/domain/x.ts', "export * from '../runs/a.ts';", 'domain may not import runs'],
    ['schemas/x.ts', "import '../src/domain/a.ts';", 'schemas may not import domain'],
    ['src/runs/x.ts', "const a = await import('../tasks/a.ts');", 'runs may not import tasks'],
    ['src/git/command/x.ts', 'const a = await import(`../store/${b}.ts`);', 'nobody can know'],
    [
      'routes/x.ts',
      "import type { A } from '../src/tasks/a.ts';\nconst a = await import('../src/tasks/a.ts');",
      'routes may not import values of tasks',
    ],
    ['src/runs/x.ts', "import { type A } from '../tasks/a.ts';", 'runs may not import tasks'],
    ['src/tasks/x.ts', "import type { A } from '../http/a.ts';", 'tasks may not import http'],
    ['src/tasks/x.ts', "import type { Config } from '../config/config.ts';", 'tasks may not import config'],
    ['routes/x.ts', "import { a } from '../src/tasks/a.ts';", 'routes may not import values of tasks'],
    [
      'routes/x.ts',
      "import type { A } from '../src/tasks/a.ts';\nimport { a } from '../src/tasks/a.ts';",
      'routes may not import values of tasks',
    ],
    ['routes/x.ts', "import { type A, b } from '../src/tasks/a.ts';", 'routes may not import values of tasks'],
    ['routes/x.ts', "import A, { type B } from '../src/tasks/a.ts';", 'routes may not import values of tasks'],
    ['routes/x.ts', "import * as a from '../src/tasks/a.ts';", 'routes may not import values of tasks'],
    ['routes/x.ts', "import type { A } from '../src/store/a.ts';", 'routes may not import store'],
    ['src/http/x.ts', "import { a } from '../../routes/a.ts';", 'http may not import routes'],
    ['src/runs/x.ts', "import { a } from '../main/app.ts';", 'runs may not import main'],
    ['src/git/command/x.ts', "import { a } from './gone.ts';", 'leads nowhere'],
    ['src/git/x.ts', '', 'x.ts is no room of git'],
    ['src/git/command/x.ts', "import { a } from '../merge/index.ts';", 'git/command stands below git/merge'],
    ['src/git/command/x.ts', "import type { A } from '../merge/index.ts';", 'git/command stands below git/merge'],
    ['src/git/merge/x.ts', "import { a } from '../command/a.ts';", 'the door of git/command is its index.ts'],
    ['src/tasks/x.ts', "import { a } from '../git/command/a.ts';", 'the door of git/command is its index.ts'],
    ['src/utils/x.ts', '', 'utils is no room'],
    ['clients/typescript/x.ts', "import type { A } from '../../src/tasks/a.ts';", 'clients/typescript may not import tasks'],
    ['clients/typescript/x.ts', "import { a } from '../cli/a.ts';", 'clients/typescript may not import clients/cli'],
    ['clients/cli/x.ts', "import createClient from 'openapi-fetch';", 'clients/typescript alone'],
    ['src/tasks/x.ts', "import { sql } from 'kysely';", 'store alone'],
    ['src/runs/x.ts', "import { Migrator } from 'kysely/migration';", 'store alone'],
    ['src/domain/x.ts', "import { readFileSync } from 'node:fs';", 'domain imports no package'],
  ];
  for (const [file, text, says] of wrong) {
    const found = importViolations({ ...empty, [file]: text });
    t.equal(found.length, 1, text);
    t.ok(found[0]?.startsWith(`${file}: `) && found[0].includes(says), found[0] ?? 'nothing was found');
  }
  const right: [file: string, text: string][] = [
    ['clients/cli/x.ts', "import { a } from '../typescript/a.ts';"],
    ['routes/x.ts', "import type { A } from '../src/tasks/a.ts';"],
    ['routes/x.ts', "import { type A, type B } from '../src/tasks/a.ts';"],
    ['routes/x.ts', "export type { A } from '../src/tasks/a.ts';"],
    ['src/tasks/x.ts', "import { a } from '../git/command/index.ts';\nimport { b } from '../runs/a.ts';"],
    ['src/git/merge/x.ts', "import { a } from '../command/index.ts';\nimport { b } from './index.ts';"],
    ['src/git/command/x.ts', "// import { a } from '../store/a.ts';\nconst text = \"import '../store/a.ts'\";"],
  ];
  for (const [file, text] of right) t.strictSame(importViolations({ ...empty, [file]: text }), [], text);

  t.equal(
    cycles({
      'src/git/a.ts': "import './b.ts';",
      'src/git/b.ts': "import type { C } from './c.ts';",
      'src/git/c.ts': "import './a.ts';",
      'src/git/d.ts': "import './a.ts';",
    }).length,
    1,
  );
  t.match(cycles({ 'src/git/a.ts': "import './a.ts';" }), ['a cycle: src/git/a.ts → src/git/a.ts']);
  t.strictSame(cycles({ 'src/git/a.ts': "import './b.ts'; import './c.ts';", 'src/git/b.ts': "import './c.ts';", 'src/git/c.ts': '' }), []);
  t.equal(tooLong({ 'src/git/a.ts': 'x\n'.repeat(251) }).length, 1);
  t.strictSame(tooLong({ 'src/git/a.ts': 'x\n'.repeat(250) }), []);
  for (const text of [
    'const a: any = 1;',
    'const a = b as any;',
    'type A = Map<string, any[]>;',
    '// @ts-ignore',
    'f(1, /* eslint-disable */ 2);',
    'x(); // @ts-expect-error y',
    'const f = () => {\n  // eslint-disable-next-line x\n};',
  ]) {
    t.equal(silenced({ 'src/git/a.ts': text }).length, 1, text);
  }
  t.strictSame(
    silenced({
      'src/git/a.ts': "// any word\nconst any = 'any';\nconst text = '// @ts-ignore';\nconst pattern = /\\/\\/ eslint-disable/;",
    }),
    [],
  );
  t.end();
});
