/** About what English and code come to; a count of tokens proper would need the model's own tokenizer. */
const bytesPerToken = 4;

/** A plan beyond this leaves little room in an agent's context for the work itself. */
export const largePlanTokens = 50_000;

/** The rough size of a text in tokens. */
export const roughTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / bytesPerToken);
