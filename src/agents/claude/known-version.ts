/** The oldest that was tried. It has `claude auth status`, and warns of an effort; before, such words might be taken for a prompt. */
const oldest = [2, 1, 100] as const;

/**
 * Whether a program is a Claude Code that can be asked about itself.
 * @param said - to `--version`
 */
export const isKnownClaude = (said: string): boolean => {
  const parts = /^(\d+)\.(\d+)\.(\d+).*\(Claude Code\)/.exec(said)?.slice(1).map(Number);
  if (parts === undefined) return false;
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
};
