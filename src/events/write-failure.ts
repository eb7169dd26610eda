import { MakimaError, messageOf } from '../errors.ts';
import { codeOf } from '../files/failure.ts';

/** No space, no quota, or over the size limit of the process or file system. */
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A write that failed as the error a caller meets: DISK_FULL where space is what is missing, else INTERNAL. */
export const writeFailure = (error: unknown, path: string): MakimaError => {
  if (error instanceof MakimaError) return error;
  const code = codeOf(error);
  if (code !== null && fullCodes.has(code))
    return new MakimaError('DISK_FULL', `${path} could not be written: ${messageOf(error)}`, { cause: error });
  return new MakimaError('INTERNAL', `${path} could not be written: ${messageOf(error)}`, { cause: error });
};
