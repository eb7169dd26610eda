/**
 * Makes `dist/client/`, the package's `makima/client`: one file for Node, Bun and Deno, one for pages, which knows nothing of Node, and
 * the types. What it stands on is in it, so that the package depends on nothing.
 */
import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const sources = 'clients/typescript';
const dist = join(root, 'dist/client');

const bundled: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  // Of pages too: what Node 20 reads, browsers of its time do.
  target: 'es2022',
  minify: false,
  legalComments: 'none',
  metafile: true,
};

/** Packages whose types are named in ours. */
const typesOf: Readonly<Record<string, string>> = {
  'openapi-fetch': 'node_modules/openapi-fetch/dist/index.d.mts',
  'openapi-typescript-helpers': 'node_modules/openapi-typescript-helpers/dist/index.d.mts',
};

/** With the names by which the files are found in the package. */
const asBuilt = (text: string): string => {
  let built = text.replaceAll(/(from\s+['"]\.\/[\w-]+)(?:\.d)?\.ts(['"])/g, '$1.js$2');
  for (const name of Object.keys(typesOf))
    built = built.replaceAll(`'${name}'`, `'./${name}.js'`).replaceAll(`"${name}"`, `"./${name}.js"`);
  return built;
};

const declarations = (): void => {
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config, ts.sys, root)
      .options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: join(root, sources),
    outDir: dist,
  };
  const program = ts.createProgram([join(root, sources, 'index.ts'), join(root, sources, 'browser.ts')], options);
  const { diagnostics } = program.emit(undefined, (path, text) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, asBuilt(text));
  });
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost(options)));
  copyFileSync(join(root, sources, 'contract.d.ts'), join(dist, 'contract.d.ts'));
  for (const [name, path] of Object.entries(typesOf))
    writeFileSync(join(dist, `${name}.d.ts`), asBuilt(readFileSync(join(root, path), 'utf8')));
};

/** @returns the files that are in it, as paths from the root */
export const buildClient = async (): Promise<string[]> => {
  const builds = await Promise.all([
    build({ ...bundled, entryPoints: [`${sources}/index.ts`], outfile: 'dist/client/index.js', platform: 'node', metafile: true }),
    // What a page does not have is an error here.
    build({ ...bundled, entryPoints: [`${sources}/browser.ts`], outfile: 'dist/client/browser.js', platform: 'browser', metafile: true }),
  ]);
  declarations();
  const strangers = globSync('*.d.ts', { cwd: dist }).filter((name) => /from ['"](?!\.)/.test(readFileSync(join(dist, name), 'utf8')));
  if (strangers.length > 0) throw new Error(`${strangers.join(', ')}: its types name a package, which users do not have`);
  return builds.flatMap(({ metafile }) => Object.keys(metafile.inputs));
};
