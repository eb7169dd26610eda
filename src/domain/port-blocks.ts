/** Ports that belong to one run: `base` and those after it, `count` in all. */
export interface PortBlock {
  base: number;
  count: number;
}

/** From here on the systems take ports for outgoing connections (Linux; macOS from 49152), so a server may find its own taken. */
const ephemeralFrom = 32_768;
const lastPort = 65_535;

/** A number that is the same for the same text, spread evenly (FNV-1a). */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
};

/**
 * The blocks that there are from a first port on, each once, in the order in which one is looked for. It begins with the task's id: the same task gets the
 * same ports in each of its runs where it can, and two daemons on one machine seldom choose the same.
 * @param count - of ports in each; 0 is no blocks
 */
export const blocksFor = function* (taskId: string, { first, count }: { first: number; count: number }): Generator<PortBlock> {
  const end = first < ephemeralFrom ? ephemeralFrom : lastPort + 1;
  const blocks = count === 0 ? 0 : Math.floor((end - first) / count);
  const start = blocks === 0 ? 0 : hashOf(taskId) % blocks;
  for (let step = 0; step < blocks; step += 1) yield { base: first + ((start + step) % blocks) * count, count };
};

/** Whether two blocks have a port in common: blocks of before a change of the settings stand askew. */
export const overlap = (one: PortBlock, other: PortBlock): boolean =>
  one.base < other.base + other.count && other.base < one.base + one.count;

export const portsOf = ({ base, count }: PortBlock): number[] => Array.from({ length: count }, (_, index) => base + index);
