import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The tour of the README: the block that says where the daemon, the token and the repository are, and those with its commands. */
export const readTour = (): { assignments: string; blocks: string[] } => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [, section = ''] = /^## Two-minute start\n([^]*?)^##/m.exec(readme) ?? [];
  const blocks = [...section.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, commands = '']) => commands);
  const first = blocks.findIndex((block) => /^API=.*\nTOKEN=.*\nREPO=.*\n$/.test(block));
  const assignments = blocks[first];
  if (assignments === undefined) throw new Error('the README has no tour');
  return { assignments, blocks: blocks.slice(first + 1) };
};
