import type { FileChange } from '../../typescript/index.ts';
import { plain } from './plain.ts';
import type { Screen } from './screen.ts';
import { counted } from './sizes.ts';

type Paint = Screen['paint'];

const paintLine = (line: string, paint: Paint): string => {
  if (/^(diff --git|index |--- |\+\+\+ |new file|deleted file|similarity|rename |old mode|new mode|Binary )/.test(line))
    return paint('bold', line);
  if (line.startsWith('@@')) return paint('cyan', line);
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
};

/** A patch as a terminal shows it: what it holds is an agent's, and may hold anything. */
export const paintPatch = (patch: string, paint: Paint): string =>
  patch
    .split('\n')
    .map((line) => paintLine(plain(line), paint))
    .join('\n');

/** The changed files, as `git diff --stat` shows them. */
export const changedFiles = (files: readonly FileChange[], paint: Paint): string => {
  const letter = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R', 'type-changed': 'T' } as const;
  const lines = files.map(({ path, oldPath, status, additions, deletions }) => {
    const counts =
      additions === null || deletions === null ? 'binary' : `${paint('green', `+${additions}`)} ${paint('red', `-${deletions}`)}`;
    return `${letter[status]}  ${oldPath === undefined ? '' : `${plain(oldPath)} → `}${plain(path)}  ${counts}\n`;
  });
  const sum = (key: 'additions' | 'deletions'): number => files.reduce((total, file) => total + (file[key] ?? 0), 0);
  return `${lines.join('')}${counted(files.length, 'file')}, ${counted(sum('additions'), 'line')} added, ${sum('deletions')} removed\n`;
};
