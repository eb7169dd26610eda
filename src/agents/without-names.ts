/**
 * An environment without some of its variables.
 * @param names - names, or prefixes ending in `*`, as in AgentCommand.withoutEnv
 */
export const withoutNames = (env: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> => {
  const isLeftOut = (name: string): boolean =>
    names.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !isLeftOut(entry[0])));
};
