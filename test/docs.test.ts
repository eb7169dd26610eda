/** What the documentation names is there: files, folders, links and npm scripts. */
import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path';
import t from 'tap';

const root = join(import.meta.dirname, '..');
const built = new Set(['node_modules', '.git', '.tap', 'dist', 'coverage', 'shared']);
const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (built.has(path)) return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
const files = filesBelow('');
const tops = new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/', 1)[0] ?? ''));
const rooms = new Set(files.filter((path) => path.startsWith('src/')).map((path) => path.split('/')[1] ?? ''));
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).filter((page) => page !== 'CHANGELOG.md');

/** Of a user's repository, a home, or an agent's worktree, and none of ours. */
const elsewhere = /^(\.makima|makima\.json|config\.json|daemon\.json|home\.json|handle\.json)(\/|$)/;
const sources = /^[\w.-]+\.(ts|md|yaml|js)$/;

/** Whether it is there, as a file, a folder, or a pattern of files. */
const isThere = (path: string): boolean => {
  const folder = path.replace(/\/$/, '');
  if (existsSync(join(root, folder))) return true;
  return path.includes('*') && files.some((file) => matchesGlob(file, folder));
};

/**
 * Whether a word between backticks names something that the repository does not have. It is a path where it begins with a folder of
 * the repository or a room of `src/` (whose files may be named without `.ts`), or ends as a source does.
 */
const leadsNowhere = (text: string): boolean => {
  if (!/^[\w./*@-]+$/.test(text) || text.startsWith('/') || elsewhere.test(text)) return false;
  const [top = ''] = text.split('/', 1);
  if (tops.has(top) && text.includes('/') && top !== 'src') return !isThere(text);
  if (top === 'src' && text !== 'src') return !isThere(text);
  if (rooms.has(top) && text.includes('/')) return !isThere(`src/${text}`) && !isThere(`src/${text}.ts`);
  if (sources.test(text)) return !files.some((file) => file === text || file.endsWith(`/${text}`));
  return false;
};

const withoutBlocks = (text: string): string => text.replace(/^```[^]*?^```/gm, '');

void t.test('every path that a page names leads somewhere', (t) => {
  t.ok(pages.length > 8, 'the pages were found');
  for (const page of pages) {
    const text = withoutBlocks(readFileSync(join(root, page), 'utf8'));
    const named = [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, span = '']) => span.split(' '));
    t.strictSame(named.filter(leadsNowhere), [], page);
  }
  t.end();
});

void t.test('every link to a page leads to one, and to a heading of it', (t) => {
  const headings = (page: string): string[] =>
    [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
  for (const page of pages) {
    const text = withoutBlocks(readFileSync(join(root, page), 'utf8'));
    const broken = [...text.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g)].filter(([, path = '', anchor]) => {
      if (/^[a-z]+:/.test(path)) return false;
      const target = path === '' ? join(root, page) : join(root, dirname(page), path);
      return !existsSync(target) || (anchor !== undefined && !headings(target).includes(anchor));
    });
    t.strictSame(
      broken.map(([link]) => link),
      [],
      page,
    );
  }
  t.end();
});

void t.test('every npm script that a page names is one', (t) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const page of pages) {
    const named = [...readFileSync(join(root, page), 'utf8').matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, script = '']) => script);
    t.strictSame(
      named.filter((script) => !Object.hasOwn(scripts, script)),
      [],
      page,
    );
  }
  t.end();
});

void t.test('the checks see what they look for', (t) => {
  for (const text of [
    'src/nowhere.ts',
    'src/nowhere/',
    'runs/nowhere',
    'test/nowhere-*.ts',
    'test/nowhere/*.e2e.ts',
    'docs/nowhere.md',
    'nowhere.ts',
    '.ci/nowhere',
  ])
    t.ok(leadsNowhere(text), text);
  for (const text of [
    'src/config/config.ts',
    'src/runs/',
    'agents/claude/',
    'store/sqlite',
    'test/chaos/*.chaos.ts',
    'house.test.ts',
    '.ci/run',
    'origin/main',
    '/readyz',
    '.makima/orchestrate.sh',
    'makima.json',
    'runs/<id>',
    'a word',
  ])
    t.notOk(leadsNowhere(text), text);
  t.end();
});
