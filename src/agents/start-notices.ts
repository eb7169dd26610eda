/**
 * What agents say on stderr at every start, whole lines of it: gemini 0.61 about its terminal, its mode and its search, and qwen, which is made
 * from it. None of it says how a run ended.
 */
const notices: readonly RegExp[] = [
  /^Warning: (?:256-color|True color \(24-bit\)) support not detected\b.*/,
  /^YOLO mode is enabled\. All tool calls will be automatically approved\.$/,
  /^Ripgrep is not available\. Falling back to GrepTool\.$/,
];

/** Stderr without what its agent says at every start. */
export const withoutStartNotices = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => !notices.some((notice) => notice.test(line.trimEnd())))
    .join('\n');
