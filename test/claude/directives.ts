/** Lines for a plan that the scripted model carries out; test/fixtures/model-api/script.ts describes them. */

/** Calls the Bash tool. The description is what a real model always adds. */
export const bash = (command: string, options: { as?: string; background?: boolean } = {}): string =>
  `DO: ${JSON.stringify({
    tool: 'Bash',
    input: { command, description: 'scripted', ...(options.background === true && { run_in_background: true }) },
    ...(options.as !== undefined && { as: options.as }),
  })}`;

/** Calls the Write tool. A relative path is one in the agent's working directory. */
export const write = (path: string, content: string): string =>
  `DO: ${JSON.stringify({ tool: 'Write', input: { file_path: path, content } })}`;

/** Calls the Read tool, without which the real Write tool refuses to overwrite a file. */
export const read = (path: string): string => `DO: ${JSON.stringify({ tool: 'Read', input: { file_path: path } })}`;

/** Calls any tool. */
export const use = (tool: string, input: Record<string, unknown> = {}, as?: string): string =>
  `DO: ${JSON.stringify({ tool, input, ...(as !== undefined && { as }) })}`;

/** Says a text and ends the turn. */
export const say = (text: string): string => `SAY: ${text}`;

export const fail = (status: number): string => `FAIL: ${status}`;

/** Answers as the API does at the limit of a subscription until a time, in seconds since 1970; nothing after it. */
export const limit = (until: number): string => `LIMIT: ${until}`;

export const hang = 'HANG';

/** Directives as one text. */
export const plan = (...lines: string[]): string => lines.join('\n');

/** A text as one word for the shell, whatever is in it. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
