import { isObject } from '../is-object.ts';

/** A failure in the document, and the operation's `responses` that it stands in. */
interface Place {
  responses: Record<string, unknown>;
  status: string;
}

/** The codes of a failure joined: they make all that a response says, so that one name is one response, whatever routes come and go. */
const nameOf = (response: unknown): string | null => {
  const codes = /"enum":\[((?:"[A-Z_]+",?)+)\]/.exec(JSON.stringify(response))?.[1];
  return codes === undefined ? null : codes.replaceAll('"', '').replaceAll(',', '-');
};

/**
 * Puts each failure that several operations answer with into the document once: hundreds of them are a few dozen that differ.
 * @param paths - the document's; the responses that are shared become references
 * @returns what is to be `components.responses`
 */
export const shareResponses = (paths: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const places = new Map<string, Place[]>();
  for (const operation of Object.values(paths).flatMap((path) => (isObject(path) ? Object.values(path) : []))) {
    const responses = isObject(operation) ? operation['responses'] : undefined;
    if (!isObject(responses)) continue;
    for (const [status, response] of Object.entries(responses)) {
      if (Number(status) < 400) continue;
      const key = JSON.stringify(response);
      places.set(key, [...(places.get(key) ?? []), { responses, status }]);
    }
  }
  const shared: Record<string, unknown> = {};
  for (const users of places.values()) {
    const [first] = users;
    if (!first || users.length === 1) continue;
    const response = first.responses[first.status];
    const name = nameOf(response);
    if (name === null) continue;
    shared[name] = response;
    for (const { responses, status } of users) responses[status] = { $ref: `#/components/responses/${name}` };
  }
  return Object.fromEntries(Object.entries(shared).sort(([a], [b]) => (a < b ? -1 : 1)));
};
