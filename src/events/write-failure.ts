import { MakimaError, messageOf } from '../errors.ts';
import { isFull } from '../files/failure.ts';

/** A write that failed as the error a caller meets: DISK_FULL where space is what is missing, else INTERNAL. */
export const writeFailure = (error: unknown, path: string): MakimaError => {
  if (error instanceof MakimaError) return error;
  return new MakimaError(isFull(error) ? 'DISK_FULL' : 'INTERNAL', `${path} could not be written: ${messageOf(error)}`, { cause: error });
};
