import type { EventPayload } from '../../schemas/event.ts';

/**
 * Why a run failed, as the last lines of its output: who follows that would else see what the agent said, and not what to do.
 * @param errorMessage - null where it did not fail
 */
export const failureLines = (errorMessage: string | null): EventPayload[] =>
  errorMessage === null
    ? []
    : errorMessage
        .trimEnd()
        .split('\n')
        .map((content): EventPayload => ({ type: 'output', stream: 'system', level: 'error', content }));
