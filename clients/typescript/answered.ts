import { MakimaError, errorOfAnswer, reasonOf } from './error.ts';

interface Success<T> {
  data: T;
  error?: never;
  response: Response;
}
interface Failure {
  data?: never;
  error: unknown;
  response: Response;
}

const hasWorked = <T>(answer: Success<T> | Failure): answer is Success<T> => answer.response.ok;

/**
 * What a call of `api` is answered with, or the answer's error thrown: `await call(makima.api.GET('/api/v1/mesh/info'))`.
 * @throws MakimaError with the contract's code
 */
export const call = async <T>(answer: Promise<Success<T> | Failure>): Promise<T> => {
  try {
    const answered = await answer;
    if (hasWorked(answered)) return answered.data;
    throw errorOfAnswer(answered.response, answered.error);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new MakimaError('UNEXPECTED_ANSWER', `The answer is no JSON (${reasonOf(error)}): what answers is no makima daemon.`, {
      cause: error,
    });
  }
};
