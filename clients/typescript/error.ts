/** What the daemon's error bodies have in common; whatever else is in one is a detail. */
interface Body {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

export interface MakimaErrorOptions {
  /** Of the answer; 0 where there was none. */
  status?: number;
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/**
 * A failure with a code to branch on: one of the daemon's (docs/errors.md has them all), or of the client's own:
 * - `UNREACHABLE`: there is no daemon, or it does not answer. The message says what to do
 * - `CONNECTION_LOST`: the connection broke before the answer was there, and what was asked for may have been done
 * - `UNEXPECTED_ANSWER`: what answered is no makima, a proxy as a rule
 * - `TIMEOUT`: the time that `wait` was given is over; `details.task` is the task as it then was
 * - `CLOSED`: the client was closed
 */
export class MakimaError extends Error {
  override readonly name = 'MakimaError';
  readonly code: string;
  /** The HTTP status; 0 where nothing was answered. */
  readonly status: number;
  /** Further fields of the answer, such as `branches` of SUBTASKS_NOT_INTEGRATED. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, { status = 0, details = {}, cause }: MakimaErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

const readBody = (body: unknown): Body | null => {
  if (typeof body !== 'object' || body === null) return null;
  const { code, message, statusCode, error, ...details }: Record<string, unknown> = { ...body };
  return typeof code === 'string' && typeof message === 'string' ? { code, message, details } : null;
};

/**
 * The error that an answer tells of.
 * @param body - of the answer, as far as it could be read: an object where it was JSON, else text
 */
export const errorOfAnswer = ({ status, statusText, url }: Pick<Response, 'status' | 'statusText' | 'url'>, body: unknown): MakimaError => {
  const known = readBody(body);
  if (known !== null) return new MakimaError(known.code, known.message, { status, details: known.details });
  const text = (typeof body === 'string' ? body : JSON.stringify(body ?? '')).replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  const said = text === '' ? '' : `: ${text}`;
  const where = url === '' ? '' : ` of ${url}`;
  return new MakimaError(
    'UNEXPECTED_ANSWER',
    `The answer${where} was ${status} ${statusText}`.trimEnd() +
      ` and not one of makima's${said}. See whether the address is the daemon's, and what stands in front of it.`,
    { status },
  );
};

/** The same for an answer whose body nobody has read yet. */
export const errorOf = async (response: Response): Promise<MakimaError> => {
  const text = await response.text().catch(() => '');
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // It is shown as it is.
  }
  return errorOfAnswer(response, body);
};

/** What was thrown, in words: of a failed fetch the reason is in its cause. */
export const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return reasonOf(thrown.errors[0]);
  return thrown.cause instanceof Error ? reasonOf(thrown.cause) : thrown.message;
};
