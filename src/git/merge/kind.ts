import type { ConflictKind, MergeConflict } from '../../../schemas/merge.ts';
import { keyOf, showPath, splitNul } from '../command/index.ts';

/** What one side has at a path: 1 is the common ancestor, 2 ours, 3 theirs. */
export interface ConflictStage {
  stage: number;
  mode: string;
  id: string;
}

export interface Conflict {
  /** The name's bytes. */
  path: Buffer;
  kind: ConflictKind;
  stages: ConflictStage[];
}

export interface MergeOutput {
  /** What the merge came to, with conflict markers in the files that have conflicts. */
  tree: string;
  conflicts: Conflict[];
  /** What else git had to say, such as that a directory was split by renames. */
  notes: string[];
}

/** A conflict as answers show it. */
export const shownConflict = ({ path: file, kind }: Conflict): MergeConflict => ({ file: showPath(file), kind });

export const shownConflicts = (conflicts: readonly Conflict[]): MergeConflict[] => conflicts.map(shownConflict);

interface Message {
  paths: Buffer[];
  type: string;
  text: string;
}

/**
 * Reads what `git merge-tree --write-tree -z` prints: the tree; `<mode> <id> <stage> TAB <path>` of every file with a
 * conflict; an empty field; and messages, each a number of paths, the paths, a stable type and a text
 * (git-merge-tree(1), OUTPUT).
 *
 * @returns null where it is something else
 */
export const parseMergeOutput = (stdout: Buffer): MergeOutput | null => {
  const fields = splitNul(stdout);
  const tree = fields[0]?.toString('latin1') ?? '';
  if (!/^[0-9a-f]{40,64}$/.test(tree)) return null;
  let index = 1;
  const stages = new Map<string, { path: Buffer; stages: ConflictStage[] }>();
  for (let field = fields[index]; field !== undefined && field.length > 0; field = fields[(index += 1)]) {
    const tab = field.indexOf(0x09);
    const [mode = '', id = '', stage = ''] = field.subarray(0, tab).toString('latin1').split(' ');
    const path = field.subarray(tab + 1);
    const entry = stages.get(keyOf(path)) ?? { path, stages: [] };
    entry.stages.push({ stage: Number(stage), mode, id });
    stages.set(keyOf(path), entry);
  }
  const messages = parseMessages(fields.slice(index + 1));
  const types = new Map<string, Set<string>>();
  for (const { paths, type } of messages) for (const path of paths) types.set(keyOf(path), (types.get(keyOf(path)) ?? new Set()).add(type));
  const conflicts = [...stages.values()].map((entry) => ({
    ...entry,
    kind: kindOf(entry.stages, types.get(keyOf(entry.path)) ?? new Set()),
  }));
  const told = new Set(conflicts.map(({ path }) => keyOf(path)));
  const notes = messages
    .filter(({ type, paths }) => type.startsWith('CONFLICT') && !paths.some((path) => told.has(keyOf(path))))
    .map(({ text }) => text.trim());
  return { tree, conflicts, notes };
};

const parseMessages = (fields: readonly Buffer[]): Message[] => {
  const messages: Message[] = [];
  for (let index = 0; index < fields.length;) {
    const count = Number(fields[index]?.toString('latin1'));
    if (!Number.isInteger(count)) break;
    const after = index + 1 + count;
    messages.push({
      paths: fields.slice(index + 1, after),
      type: fields[after]?.toString('utf8') ?? '',
      text: fields[after + 1]?.toString('utf8') ?? '',
    });
    index = after + 2;
  }
  return messages;
};

/** The first that fits: a message says more than the stages, except of what no text merge could join. */
const kindOf = (stages: readonly ConflictStage[], types: ReadonlySet<string>): ConflictKind => {
  const [base, ours, theirs] = [1, 2, 3].map((stage) => stages.find((each) => each.stage === stage));
  if (stages.some(({ mode }) => mode === '160000')) return 'submodule';
  if (types.has('CONFLICT (file/directory)')) return 'directory-file';
  if (types.has('CONFLICT (rename/rename)') || types.has('CONFLICT (rename involved in collision)')) return 'rename-rename';
  if (types.has('CONFLICT (rename/delete)')) return 'rename-delete';
  if (types.has('CONFLICT (distinct modes)') || stages.some(({ mode }) => mode === '120000')) return 'symlink';
  if (ours === undefined || theirs === undefined) {
    if (base === undefined) return 'other';
    return ours === undefined && theirs === undefined ? 'other' : ours === undefined ? 'deleted-by-us' : 'deleted-by-them';
  }
  if (ours.id === theirs.id && ours.mode !== theirs.mode) return 'mode';
  if (types.has('CONFLICT (binary)')) return 'binary';
  return base === undefined ? 'both-added' : 'both-modified';
};
