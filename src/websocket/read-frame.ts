import type { RequestId } from '../../schemas/websocket/commands.ts';
import { MakimaError } from '../errors.ts';
import { isObject } from '../http/is-object.ts';
import { whereBroken } from '../http/requests/read-requests.ts';

/**
 * A frame as a JSON object.
 * @throws MakimaError VALIDATION_FAILED
 */
export const readFrame = (bytes: Buffer, isBinary: boolean): Record<string, unknown> => {
  if (isBinary) throw new MakimaError('VALIDATION_FAILED', 'The frame is binary: commands are JSON in frames of text');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MakimaError('VALIDATION_FAILED', `The frame is no valid JSON${whereBroken(text)}`, { cause: error });
  }
  if (!isObject(value) || Array.isArray(value)) throw new MakimaError('VALIDATION_FAILED', 'The frame is no JSON object');
  return value;
};

/** What the answer to a frame names it by, also where nothing else of it can be used; null where there is none. */
export const requestIdOf = ({ requestId }: Record<string, unknown>): RequestId | null => {
  if (typeof requestId === 'string') return requestId.length >= 1 && requestId.length <= 200 ? requestId : null;
  return Number.isSafeInteger(requestId) && typeof requestId === 'number' ? requestId : null;
};
