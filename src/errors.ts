import { errorTable } from './error-table.ts';

export type ErrorCode = keyof typeof errorTable;

/** A failure with a stable code. The message is what happened, in the detail's words where there is one, and the remedy. */
export class MakimaError extends Error {
  override readonly name = 'MakimaError';
  readonly code: ErrorCode;
  readonly statusCode: number;
  /** Further fields of the error body, such as the names of the branches that are left. */
  readonly details: Readonly<Record<string, unknown>>;

  /**
   * @param code - a key of the table
   * @param detail - what happened in this case, one sentence without its full stop; the table's own words where left out
   * @param options - `cause`, and `details` for the error body
   */
  constructor(code: ErrorCode, detail?: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    const row = errorTable[code];
    super(`${detail ?? row.what}. ${row.remedy}.`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.statusCode = row.status;
    this.details = options.details ?? {};
  }
}

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
