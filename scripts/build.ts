/**
 * Makes `dist/`, what the package runs: the daemon with all its packages as one file, the files that it reads beside it, the
 * client, the types of the API, and the licences of what is in it. One file starts in half the time of the sources and with two thirds of
 * the memory, and nothing is downloaded after the package itself.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { buildClient } from './build-client.ts';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const dist = join(root, 'dist');

/** Of each package that reads files of its own, which. */
const packageFiles: Readonly<Record<string, string>> = { '@fastify/swagger-ui': 'static' };
/** Packages that name files they read only where makima does not ask for it. */
const readNothing = ['@fastify/swagger', 'pino', 'thread-stream'];

const nameOf = (file: string): string => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? '';

/**
 * What a file finds beside itself it finds in `dist/` at the same place as in the sources, of a package below `dist/packages/`
 * (npm packs no node_modules). So files can be moved without a word here.
 */
const mirrored: Plugin = {
  name: 'mirrored',
  setup: (building) => {
    building.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const place = relative(root, path);
      const contents = text
        .replaceAll('import.meta.dirname', () => `(bundleDirectory + ${JSON.stringify(`/${dirname(place)}`)})`)
        .replaceAll('import.meta.url', () => `new URL(${JSON.stringify(place)}, bundleUrl)`);
      return { contents, loader: 'ts' };
    });
    building.onLoad({ filter: /node_modules\/.*\.c?js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const name = nameOf(path);
      if (!/\b__(?:dirname|filename)\b/.test(text) || readNothing.includes(name)) return null;
      if (packageFiles[name] === undefined)
        throw new Error(`${name} reads files of its own: say in ${import.meta.filename} which of them the package is to have`);
      const place = join('packages', name, relative(join(root, 'node_modules', name), dirname(path)));
      return { contents: `const __dirname = bundleDirectory + ${JSON.stringify(`/${place}`)};\n${text}`, loader: 'js' };
    });
  },
};

/** A thread's file, and what it imports, at the same place as in the sources. */
const threads = async (): Promise<void> => {
  const files = globSync('src/**/*-worker.ts', { cwd: root });
  await build({
    absWorkingDir: root,
    entryPoints: files,
    outbase: '.',
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    target: 'node22.18',
    minify: false,
  });
};

/** Packages that others load at once and use late or never. */
const late = /^(?:yaml|safe-regex2|node:http2|@opentelemetry\/api)$/;

/** A late package is loaded when something of it is first used. */
const loadedLate: Plugin = {
  name: 'loaded-late',
  setup: (building) => {
    building.onResolve({ filter: late }, ({ path, pluginData }) => (pluginData === late ? null : { path, namespace: 'late' }));
    building.onLoad({ filter: /./, namespace: 'late' }, ({ path }) => {
      const real: unknown = require(path);
      const load = `() => require(${JSON.stringify(path)})`;
      const members: object = typeof real === 'object' && real !== null ? real : {};
      const names = Object.keys(members).map((name) => `get ${JSON.stringify(name)}() { return load()[${JSON.stringify(name)}]; }`);
      const value = typeof real === 'function' ? '(...args) => load()(...args)' : `{ ${names.join(', ')} }`;
      return { contents: `const load = ${load};\nmodule.exports = ${value};`, loader: 'js', resolveDir: root, pluginData: late };
    });
  },
};

/** Large packages that few daemons use, each in a file of its own, by its name there: no other then reads it at its start, nor holds its text. */
const apart: Readonly<Record<string, string>> = { '@modelcontextprotocol/server': 'mcp-server.cjs' };

/** They are loaded where what imports them is. */
const loadedApart: Plugin = {
  name: 'loaded-apart',
  setup: (building) => {
    const names = new RegExp(`^(?:${Object.keys(apart).join('|')})$`);
    building.onResolve({ filter: names }, ({ path }) => ({ path: `./packages/${apart[path] ?? ''}`, external: true }));
  },
};

/** @returns the files that are in them, as paths from the root */
const bundleApart = async (): Promise<string[]> => {
  const made = Object.entries(apart).map(([name, file]) =>
    build({
      absWorkingDir: root,
      entryPoints: [name],
      outfile: join('dist', 'packages', file),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node22.18',
      minify: false,
      legalComments: 'none',
      metafile: true,
    }),
  );
  return (await Promise.all(made)).flatMap(({ metafile }) => Object.keys(metafile.inputs));
};

/** What the launcher loads, and of which sources: each is one file with all its packages. */
const programs: Readonly<Record<string, string>> = {
  'serve.cjs': 'src/main/serve.ts',
  'doctor.cjs': 'src/main/examine.ts',
  'cli.cjs': 'clients/cli/main.ts',
};

/** @returns the files that are in it, as paths from the root */
const bundle = async (name: string, source: string): Promise<string[]> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: join('dist', name),
    bundle: true,
    platform: 'node',
    // An ESM file that imports node:http loads Node's fetch and WebSocket with it, which is a tenth of a start.
    format: 'cjs',
    target: 'node22.18',
    banner: { js: "const bundleDirectory = __dirname, bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.dirname': 'bundleDirectory', 'import.meta.url': 'bundleUrl', 'import.meta.filename': '__filename' },
    logOverride: { 'empty-import-meta': 'error' },
    // The names of functions stay, and with each the file that it is from: a stack can be read without a map, which would cost each start.
    minify: false,
    legalComments: 'none',
    metafile: true,
    plugins: [loadedApart, loadedLate, mirrored],
  });
  return Object.keys(metafile.inputs);
};

const copy = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
};

const copyFiles = (): void => {
  for (const file of globSync(['src/**', 'clients/cli/**'], { cwd: root }))
    if (!file.endsWith('.ts') && statSync(join(root, file)).isFile()) copy(join(root, file), join(dist, file));
  for (const [name, files] of Object.entries(packageFiles))
    copy(join(root, 'node_modules', name, files), join(dist, 'packages', name, files));
};

/** Of each package that was bundled, the licence, which asks to go with it. */
const licences = (inputs: readonly string[]): string => {
  const directories = new Set(inputs.flatMap((file) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  const texts = [...directories].sort().map((directory) => {
    const about: unknown = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8'));
    const field = (name: string): string => (typeof about === 'object' && about !== null ? String(Reflect.get(about, name)) : '');
    const [file] = globSync('{LICENSE,LICENCE,license,licence}*', { cwd: join(root, directory) });
    const text = file === undefined ? `Under the licence ${field('license')}.` : readFileSync(join(root, directory, file), 'utf8').trim();
    return `${field('name')} ${field('version')}\n\n${text}\n`;
  });
  return `${Object.keys(programs).join(', ')}, packages/ and client/ hold these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
};

rmSync(dist, { recursive: true, force: true });
const bundles = Object.entries(programs).map(([name, source]) => bundle(name, source));
const inputs = (await Promise.all([...bundles, bundleApart(), buildClient()])).flat();
await threads();
copyFiles();
writeFileSync(join(dist, 'licences.txt'), licences(inputs));
writeFileSync(join(dist, 'index.d.ts'), "export type * from './client/contract.js';\n");
