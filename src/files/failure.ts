/** The code of a failure, of the system's such as `ENOENT`; null of what has none. */
export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** The file system's error for something that is not there. */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

/** Its error where there is no space, no quota, or the file would be over a limit of the process or the file system. */
export const isFull = (error: unknown): boolean => {
  const code = codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
};

/** The file system's error for what may not be done. */
export const isRefused = (error: unknown): boolean => {
  const code = codeOf(error);
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
};
