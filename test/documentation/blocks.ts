/** The blocks of code in the README and the pages of docs/. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Block {
  /** Its page, as a path from the root. */
  page: string;
  /** Of its first fence. */
  line: number;
  language: string;
  text: string;
  /** Why it is not run, as the comment in front of it says: `<!-- not run: … -->`. */
  notRun: string | null;
  /** The shape of the contract that it is one of, as the comment in front of it says: `<!-- shape: Task -->`. */
  shape: string | null;
}

const blocksOf = (page: string): Block[] => {
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  const blocks: Block[] = [];
  let open: { block: Block; indent: string; fence: string; content: string[] } | null = null;
  for (const [index, line] of lines.entries()) {
    const [, indent = '', fence = '', language = ''] = /^( *)(```+)(\S*) *$/.exec(line) ?? [];
    if (open) {
      if (fence === open.fence && language === '') {
        blocks.push({ ...open.block, text: `${open.content.join('\n')}\n` });
        open = null;
      } else open.content.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line.trimStart());
    } else if (fence !== '') {
      const before = lines[index - 1] ?? '';
      const [, notRun = null] = /^ *<!-- not run: (\S.*) -->$/.exec(before) ?? [];
      const [, shape = null] = /^ *<!-- shape: (\w+) -->$/.exec(before) ?? [];
      open = { block: { page, line: index + 1, language, text: '', notRun, shape }, indent, fence, content: [] };
    }
  }
  if (open) throw new Error(`${page}:${open.block.line}: the block is not closed`);
  return blocks;
};

/** What a changelog shows is of its time. */
export const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root }).sort()];

export const blocks: readonly Block[] = pages.flatMap(blocksOf);

export const placeOf = ({ page, line }: Block): string => `${page}:${line}`;
