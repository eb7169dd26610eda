/** @param chosen - some of them with commas between, as the schema lets them through @returns null where none was chosen: what that means is for the caller to say */
export const chosenTypes = <T extends string>(chosen: string | undefined, all: readonly T[]): readonly T[] | null => {
  const named = chosen?.split(',');
  return named === undefined ? null : all.filter((type) => named.includes(type));
};
