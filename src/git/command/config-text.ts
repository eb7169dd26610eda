/**
 * Settings as the text of a git configuration file (git-config(1), SYNTAX): what git itself would write for them, without a
 * process for each.
 *
 * @param settings - keys of two parts (`user.name`) or three (`remote.origin.url`), the sections' names being plain words
 */
export const configText = (settings: readonly (readonly [key: string, value: string])[]): string => {
  const sections = Map.groupBy(settings, ([key]) => key.slice(0, key.lastIndexOf('.')));
  let text = '';
  for (const [section, entries] of sections) {
    const [name = '', ...subsection] = section.split('.');
    text += subsection.length === 0 ? `[${name}]\n` : `[${name} ${quoted(subsection.join('.'))}]\n`;
    for (const [key, value] of entries) text += `\t${key.slice(section.length + 1)} = ${quoted(value)}\n`;
  }
  return text;
};

/** In quotes nothing has a meaning but the quote and the backslash; a line break would end the value. */
const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
