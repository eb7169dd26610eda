import { MakimaError, messageOf } from '../errors.ts';

/** No space, no quota, or over the size limit of the process or file system. */
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The errno name of a system error, null of anything else. */
export const systemCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** A write that failed as the error a caller meets: DISK_FULL where space is what is missing, else INTERNAL. */
export const writeFailure = (error: unknown, path: string): MakimaError => {
  if (error instanceof MakimaError) return error;
  const code = systemCode(error);
  if (code !== null && fullCodes.has(code))
    return new MakimaError('DISK_FULL', `${path} could not be written: ${messageOf(error)}`, { cause: error });
  return new MakimaError('INTERNAL', `${path} could not be written: ${messageOf(error)}`, { cause: error });
};
