import { isObject } from '../is-object.ts';
import type { OperationTexts } from './operations/operation.ts';

const form = 'application/x-www-form-urlencoded';

const objectAt = (value: unknown, ...keys: readonly string[]): Record<string, unknown> | null => {
  let found = value;
  for (const key of keys) found = isObject(found) ? found[key] : undefined;
  return isObject(found) ? found : null;
};

/** The schema that is meant: a reference's, or itself. */
const schemaOf = (media: Record<string, unknown>, schemas: Record<string, unknown>): Record<string, unknown> | null => {
  const schema = objectAt(media, 'schema');
  const reference = schema?.['$ref'];
  return typeof reference === 'string' ? objectAt(schemas, reference.split('/').at(-1) ?? '') : schema;
};

/** Answers that are a text with an item after the other, and what comes before and after each. */
const streams: Readonly<Record<string, string>> = {
  'text/event-stream': 'Frames of id, event and data; x-itemSchema is the shape of what is in data',
  'application/x-ndjson': 'A line for each; x-itemSchema is its shape',
};

/**
 * A stream is a text. The shape of its items is an extension, since OpenAPI has a word for it from 3.2 on, `itemSchema`; as `schema` it
 * would say that the answer is one item.
 */
const itemizeStreams = (operation: Record<string, unknown>): void => {
  for (const response of Object.values(objectAt(operation, 'responses') ?? {}))
    for (const [mediaType, description] of Object.entries(streams)) {
      const media = objectAt(response, 'content', mediaType);
      if (media) Object.assign(media, { schema: { type: 'string', description }, 'x-itemSchema': media['schema'] });
    }
};

/** A list in a form is its field several times: a client that is not told so sends one text. */
const encodeLists = (media: Record<string, unknown>, schemas: Record<string, unknown>): void => {
  const properties = objectAt(schemaOf(media, schemas), 'properties') ?? {};
  const lists = Object.keys(properties).filter((name) => objectAt(properties, name)?.['type'] === 'array');
  if (lists.length > 0) media['encoding'] = Object.fromEntries(lists.map((name) => [name, { style: 'form', explode: true }]));
};

/**
 * Adds to each operation what its route's schema has no place for: a description, examples of what is sent and answered, how a form sends
 * a list, and what a stream is made of.
 * @param paths - the document's, changed in place
 * @param schemas - its components, to which bodies refer
 */
export const describeOperations = (
  paths: Readonly<Record<string, unknown>>,
  schemas: Readonly<Record<string, unknown>>,
  texts: OperationTexts,
): void => {
  for (const operation of Object.values(paths).flatMap((path) => (isObject(path) ? Object.values(path) : []))) {
    if (!isObject(operation)) continue;
    const text = texts[String(operation['operationId'])];
    const bodies = objectAt(operation, 'requestBody', 'content') ?? {};
    for (const [mediaType, media] of Object.entries(bodies)) {
      if (!isObject(media)) continue;
      if (text?.requests) media['examples'] = text.requests;
      if (mediaType === form) encodeLists(media, schemas);
    }
    itemizeStreams(operation);
    if (!text) continue;
    operation['description'] = text.description;
    for (const [status, types] of Object.entries(text.answers))
      for (const [mediaType, examples] of Object.entries(types)) {
        const media = objectAt(operation, 'responses', status, 'content', mediaType);
        if (media) Object.assign(media, examples);
      }
  }
};
