/** An id as it is stored: a caller may write it in capitals, as a UUID may be written. */
export const canonicalId = (id: string): string => id.toLowerCase();
