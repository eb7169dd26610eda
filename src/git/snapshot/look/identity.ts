import { makimaIdentity } from '../../repository/index.ts';

/** What git takes off the ends of a name, and leaves out of it. */
const plain = /^(?![\s.,:;"'\\])[^\p{Cc}<>\ufffd]+(?<![\s.,:;"'\\])$/u;
const others = /^(?:(?:author|committer)\.|i18n\.commitencoding$)/;

/**
 * Who commits, `Name <mail>`, by what git's settings say: makima where they say nothing.
 *
 * @param values - of all settings that count, the last of each
 * @param includes - some are read or not by where and on which branch one is
 * @returns null where git has to be asked
 */
export const identityIn = (values: ReadonlyMap<string, string>, includes: boolean): string | null => {
  if (includes || [...values.keys()].some((key) => others.test(key))) return null;
  const [name, mail] = [values.get('user.name'), values.get('user.email')];
  if (name === undefined && mail === undefined && !process.env['EMAIL'])
    return `${makimaIdentity['GIT_AUTHOR_NAME'] ?? ''} <${makimaIdentity['GIT_AUTHOR_EMAIL'] ?? ''}>`;
  return name !== undefined && mail !== undefined && plain.test(name) && plain.test(mail) ? `${name} <${mail}>` : null;
};
