import { MakimaError, errorOf, errorOfAnswer, reasonOf } from './error.ts';

/** What openapi-fetch answers with: data, or an error. */
interface Answered {
  data?: unknown;
  error?: unknown;
  response: Response;
}

type Success<A extends Answered> = Extract<A, { data: unknown }>;

const hasWorked = <A extends Answered>(answer: A): answer is Success<A> => answer.response.ok;

/**
 * What a call of `api` is answered with, or the answer's error thrown: `await call(makima.api.GET('/api/v1/mesh/info'))`.
 * @throws MakimaError with the contract's code
 */
export const call = async <A extends Answered>(answer: Promise<A>): Promise<Success<A>['data']> => {
  try {
    const got = await answer;
    if (hasWorked(got)) return got.data;
    throw errorOfAnswer(got.response, got.error);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new MakimaError('UNEXPECTED_ANSWER', `The answer is no JSON (${reasonOf(error)}): what answers is no makima daemon.`, {
      cause: error,
    });
  }
};

/**
 * An answer that is what was asked for: a page of a proxy's, which says 200 too, is none.
 * @throws MakimaError with the answer's code; UNEXPECTED_ANSWER where it is of another type
 */
export const answered = async (response: Response, type: string): Promise<Response> => {
  if (!response.ok) throw await errorOf(response);
  const found = response.headers.get('content-type') ?? 'nothing';
  if (found.startsWith(type)) return response;
  await response.body?.cancel();
  throw new MakimaError('UNEXPECTED_ANSWER', `The answer is ${found} in place of ${type}: what answers is no makima daemon.`);
};
