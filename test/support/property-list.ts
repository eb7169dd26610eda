export type Plist = string | number | boolean | Plist[] | { [key: string]: Plist };

interface Token {
  /** `<dict>`, `</dict>` or `<true/>`; null is text. */
  tag: string | null;
  text: string;
}

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&apos;': "'" };

const unescape = (text: string): string =>
  text.replace(/&[^;]*;?/g, (entity) => {
    const plain = entities[entity];
    if (plain === undefined) throw new Error(`${entity} is no entity`);
    return plain;
  });

const tokensOf = (xml: string): Token[] => {
  const comments = /<!--(?!>|->)(?:(?!--)[^])*-->/g;
  const bare = xml.replace(/^<\?xml[^>]*\?>\s*<!DOCTYPE[^>]*>/, '').replace(comments, '');
  return [...bare.matchAll(/<[^<>]*>|[^<>]+|[<>]/g)]
    .map(([text]): Token => (/^<[^<>]+>$/.test(text) ? { tag: text, text: '' } : { tag: null, text }))
    .filter(({ tag, text }) => tag !== null || text.trim() !== '');
};

/**
 * Reads an XML property list of macOS, the kinds of value that launchd's have: there is no plutil elsewhere.
 * @throws Error where it is not well-formed
 */
export const parsePlist = (xml: string): Plist => {
  const tokens = tokensOf(xml);
  const take = (): Token => {
    const token = tokens.shift();
    if (token === undefined) throw new Error('it ends too early');
    return token;
  };
  const expect = (tag: string): void => {
    const found = take();
    if (found.tag !== tag) throw new Error(`${found.tag ?? found.text} stands where ${tag} should`);
  };
  const textUntil = (tag: string): string => {
    const { text } = tokens[0]?.tag === null ? take() : { text: '' };
    expect(tag);
    return unescape(text);
  };
  const read = (): Plist => {
    const { tag, text } = take();
    if (tag === '<true/>') return true;
    if (tag === '<false/>') return false;
    if (tag === '<string>') return textUntil('</string>');
    if (tag === '<integer>') return Number(textUntil('</integer>'));
    if (tag === '<array>') {
      const items: Plist[] = [];
      while (tokens[0]?.tag !== '</array>') items.push(read());
      take();
      return items;
    }
    if (tag !== '<dict>') throw new Error(`${tag ?? text} is no value`);
    const dict: { [key: string]: Plist } = {};
    while (tokens[0]?.tag !== '</dict>') {
      expect('<key>');
      const key = textUntil('</key>');
      if (Object.hasOwn(dict, key)) throw new Error(`${key} is there twice`);
      dict[key] = read();
    }
    take();
    return dict;
  };
  expect('<plist version="1.0">');
  const value = read();
  expect('</plist>');
  if (tokens.length > 0) throw new Error('something comes after its end');
  return value;
};
