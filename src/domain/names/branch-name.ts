/** Longer than any name needs to be read, short of what a file system and a remote take as one component. */
const maxSlugLength = 60;

/**
 * The branch of a task: `makima/<name in dashes>-<first 8 of the id>`. Letters and digits of every alphabet
 * stay, all else becomes a dash, so that no name can make a ref that git refuses or reads as an option.
 */
export const branchName = (name: string, id: string): string => {
  const slug = Array.from(
    name
      .normalize('NFC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-'),
  )
    .slice(0, maxSlugLength)
    .join('')
    .replace(/^-+|-+$/g, '');
  return `makima/${slug === '' ? 'task' : slug}-${id.slice(0, 8)}`;
};
