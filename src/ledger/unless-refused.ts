import { MakimaError, type ErrorCode } from '../errors.ts';

/**
 * Makes a change that makes no sense any more where the task stands otherwise by now.
 * @param codes - with which it is refused then; any other failure is one
 * @returns whether it was made
 */
export const unlessRefused = async (change: () => Promise<unknown>, ...codes: readonly ErrorCode[]): Promise<boolean> => {
  try {
    await change();
    return true;
  } catch (error) {
    if (error instanceof MakimaError && codes.includes(error.code)) return false;
    throw error;
  }
};
