/** UUIDs and the like. It becomes an argument of a later run: nothing that could be taken for an option, and nothing longer. */
const session = /^[A-Za-z0-9_][\w-]{0,199}$/;

/** An agent's own name of its session, null where it is none that could be resumed. */
export const sessionIn = (id: string | null): string | null => (id !== null && session.test(id) ? id : null);

/** An option with its value, nothing where there is none. */
export const option = (name: string, value: string | null): string[] => (value === null ? [] : [name, value]);
