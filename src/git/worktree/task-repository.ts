import { mkdirSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectory, writeNew } from '../../files/at-once.ts';
import { isMissing } from '../../files/failure.ts';
import { configText } from '../command/index.ts';
import { linkLfsObjects, originHeads, type Repository, type SourceFacts, writeEmptyCommit } from '../repository/index.ts';
import { adminDirOf, type Worktree } from './worktree.ts';

/** What a task's repository begins with. */
export interface NewRepository {
  /** Where it is made; nothing is there. */
  gitDir: string;
  /** Where the worktree will be. */
  path: string;
  /** The task's branch, without `refs/heads/`. */
  branch: string;
  /** Where that branch begins. */
  commit: string;
  /** The branch that the task is based on, and its commit: there it is too, for `git diff main`. */
  base: { branch: string | null; commit: string };
  /** Git directories whose objects it borrows, the source's cache among them. */
  borrows: readonly string[];
}

/** Without gc.auto an agent's commit leaves a gc running after the agent is gone. */
const fixed: SourceFacts['settings'] = [
  ['core.bare', 'true'],
  ['core.logallrefupdates', 'true'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

type Refs = Map<string, { object: string; peeled?: string | null }>;

/** Git keeps no `a` beside `a/b`. @returns those of the names that can stand beside the ones there are */
const besides = (names: Iterable<string>, standing: Iterable<string>): string[] => {
  const parents = (name: string): string[] => [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index));
  const taken = new Set(standing);
  const above = new Set([...taken].flatMap(parents));
  return [...names].filter((name) => !taken.has(name) && !above.has(name) && !parents(name).some((parent) => taken.has(parent)));
};

/**
 * The refs that an agent expects of a clone: `origin/…` for what the source's origin has, and for every branch that only the
 * source has; as branches the base, and those that are not where origin has them.
 */
const refsOf = (facts: SourceFacts, { branch, commit, base }: NewRepository): Refs => {
  const refs: Refs = new Map();
  const { branches, originBranches, tags } = facts;
  for (const [name, object] of originBranches) refs.set(originHeads + name, { object });
  for (const name of besides(branches.keys(), originBranches.keys())) refs.set(originHeads + name, { object: branches.get(name) ?? '' });
  const heads = new Map([[branch, commit]]);
  if (base.branch !== null && besides([base.branch], heads.keys()).length > 0) heads.set(base.branch, base.commit);
  for (const name of besides(branches.keys(), heads.keys()))
    if (originBranches.get(name) !== branches.get(name)) heads.set(name, branches.get(name) ?? '');
  for (const [name, object] of heads) refs.set(`refs/heads/${name}`, { object });
  for (const [name, tag] of tags) refs.set(`refs/tags/${name}`, tag);
  return refs;
};

const packedRefs = (refs: Refs): string => {
  const lines = [...refs].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return `# pack-refs with: peeled fully-peeled sorted \n${lines.map(([name, { object, peeled }]) => `${object} ${name}\n${peeled == null ? '' : `^${peeled}\n`}`).join('')}`;
};

/** Git directories as an alternates file names them: relative, so that they are found where a home was moved to. */
const alternatesText = (gitDir: string, borrows: readonly string[]): string =>
  borrows.map((lender) => `${path.relative(path.join(gitDir, 'objects'), path.join(lender, 'objects'))}\n`).join('');

/** Where the histories end of which a repository borrows objects: a shallow source may end elsewhere than when another was made of it. */
const shallowEnds = async (borrows: readonly string[]): Promise<string> => {
  const texts = await Promise.all(
    borrows.map((lender) =>
      readFile(path.join(lender, 'shallow'), 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return '';
        throw error;
      }),
    ),
  );
  return [...new Set(texts.flatMap((text) => text.split('\n')))]
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
};

/** The refs that a repository began with: what an agent has made since is held against them. */
export const initialRefsFile = (gitDir: string): string => path.join(gitDir, 'makima-refs');

/** In this order: each is in one that is there. */
const directories = ['', 'objects', 'objects/info', 'objects/pack', 'refs', 'refs/heads', 'refs/tags', 'info'];

/**
 * A bare repository with one linked worktree for one task alone: its own settings, branches, stash, hooks and list of worktrees,
 * and the objects of its source's cache. It is written as files, where nobody works yet; no git process runs. Not atomic: whoever makes one notes it before.
 */
export const createTaskRepository = async (repository: Repository, wanted: NewRepository): Promise<void> => {
  const { gitDir, borrows } = wanted;
  const { facts, cacheDir } = repository;
  const shallow = await shallowEnds(borrows);
  mkdirSync(path.dirname(gitDir), { recursive: true });
  for (const directory of directories) makeDirectory(path.join(gitDir, directory));
  const refs = packedRefs(refsOf(facts, wanted));
  const write = (name: string, text: string): void => writeNew(path.join(gitDir, name), text);
  write('config', configText([...new Map([['core.repositoryformatversion', '0'], ...facts.settings, ...fixed])]));
  write('packed-refs', refs);
  writeNew(initialRefsFile(gitDir), refs);
  write('info/exclude', '/.makima/\n');
  if (borrows.length > 0)
    write(
      'objects/info/alternates',
      alternatesText(
        realpathSync.native(gitDir),
        borrows.map((lender) => realpathSync.native(lender)),
      ),
    );
  if (shallow !== '') write('shallow', shallow);
  const originHead =
    facts.originHead ?? (facts.head !== null && (facts.originBranches.size > 0 || facts.branches.has(facts.head)) ? facts.head : null);
  if (originHead !== null) {
    for (const directory of ['refs/remotes', originHeads]) makeDirectory(path.join(gitDir, directory));
    write(`${originHeads}HEAD`, `ref: ${originHeads}${originHead}\n`);
  }
  if (cacheDir === null) writeEmptyCommit(gitDir);
  for (const lender of borrows) await linkLfsObjects(lender, gitDir);
  writeAdminDir({ ...wanted, adminDir: adminDirOf(gitDir, wanted.path) });
  // of the bare repository; git takes a directory for one once it has a HEAD
  write('HEAD', `ref: refs/heads/${wanted.base.branch ?? wanted.branch}\n`);
};

/**
 * What `git worktree add` writes for a linked worktree (gitrepository-layout(5)): where its repository, its `.git` file and its HEAD are.
 * Nothing is at its place.
 */
export const writeAdminDir = ({ adminDir, path: directory, branch }: Pick<Worktree, 'adminDir' | 'path' | 'branch'>): void => {
  makeDirectory(path.dirname(adminDir));
  makeDirectory(adminDir);
  writeNew(path.join(adminDir, 'commondir'), '../..\n');
  // absolute: an older git takes a relative path here for one that is gone, and forgets the worktree
  const dotGit = path.join(realpathSync.native(path.dirname(directory)), path.basename(directory), '.git');
  writeNew(path.join(adminDir, 'gitdir'), `${dotGit}\n`);
  writeNew(path.join(adminDir, 'HEAD'), `ref: refs/heads/${branch}\n`);
};
