/** Examples of one media type, as the document has them: one, or several by name. */
export type MediaExamples =
  { readonly example: unknown } | { readonly examples: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>> };

/** What the document says of an operation beside the route's own schema. */
export interface OperationText {
  /** What the summary has no room for. */
  readonly description: string;
  /**
   * Bodies that can be sent as they are, by name. The first is what the page at /docs fills in, so that it asks for nothing which a
   * daemon does not have.
   */
  readonly requests?: Readonly<Record<string, { readonly summary: string; readonly value: object }>>;
  /** What each success looks like, by its status and media type. */
  readonly answers: Readonly<Record<number, Readonly<Record<string, MediaExamples>>>>;
}

/** By operation id. */
export type OperationTexts = Readonly<Record<string, OperationText>>;

/** An answer in JSON alone. */
export const json = (value: unknown): Record<string, MediaExamples> => ({ 'application/json': { example: value } });

/** An answer in JSON, and as the text that a shell is given. */
export const jsonAndText = (value: unknown, text: string): Record<string, MediaExamples> => ({
  ...json(value),
  'text/plain': { example: text },
});
