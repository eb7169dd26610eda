import { MakimaError, type ErrorCode } from '../../errors.ts';

/** What a failure of git is about, named once. */
export type GitErrorKind =
  | 'git-missing'
  | 'disk-full'
  | 'locked'
  | 'filter'
  | 'ownership'
  | 'authentication'
  | 'not-found'
  | 'unreachable'
  | 'not-a-repository'
  | 'index-corrupt'
  | 'ref-conflict'
  | 'bad-ref'
  | 'file-changed'
  | 'timeout'
  | 'other';

/** In this order: the first that fits. A failed filter also says that the remote end hung up, a full disk anything. */
const patterns: readonly (readonly [GitErrorKind, RegExp])[] = [
  ['git-missing', /spawn git ENOENT/],
  ['disk-full', /No space left on device|Disk quota exceeded|unable to write file .*: File too large/],
  [
    'filter',
    /external filter .* failed|(?:clean|smudge) filter .* failed|git-lfs\b.*(?:not found|command not found)|git: 'lfs' is not a git command|filter-process/,
  ],
  ['ownership', /detected dubious ownership/],
  [
    'ref-conflict',
    /cannot lock ref .*(?:exists; cannot create|is at [0-9a-f]+ but expected|reference already exists|unable to resolve reference)|refname conflict/,
  ],
  [
    'locked',
    /Unable to create '.*\.lock'|Another git process seems to be running|could not lock config file|cannot lock ref|unable to lock/,
  ],
  [
    'authentication',
    /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|Permission denied \((?:publickey|password|keyboard)|Host key verification failed|returned error: 40[13]|invalid credentials|HTTP Basic: Access denied/i,
  ],
  [
    'not-found',
    /[Rr]epository(?: '.*')? not found|returned error: 404|does not appear to be a git repository|repository '.*' does not exist/,
  ],
  [
    'unreachable',
    /Could not resolve (?:host|proxy)|Couldn't connect|Failed to connect|Connection (?:refused|timed out|reset|closed)|Network is unreachable|No route to host|unable to connect to|unable to access '|early EOF|remote end hung up|Name or service not known|Temporary failure in name resolution|Operation timed out/,
  ],
  ['not-a-repository', /not a git repository/i],
  [
    'index-corrupt',
    /index file corrupt|bad signature 0x|index file smaller than expected|bad index version|bad index file sha1|unordered stage entries|cannot read.*index|index file open failed/,
  ],
  [
    'bad-ref',
    /unknown revision|Needed a single revision|not a valid (?:ref|object|branch) name|invalid reference|bad revision|couldn't find remote ref|invalid object name|bad object/i,
  ],
  [
    'file-changed',
    /unable to stat|short read|unable to index file|file changed|failed to insert into database|updating files failed|adding files failed/,
  ],
];

const codes: Readonly<Record<GitErrorKind, ErrorCode>> = {
  'git-missing': 'GIT_FAILED',
  'disk-full': 'DISK_FULL',
  locked: 'REPOSITORY_BUSY',
  filter: 'GIT_FAILED',
  ownership: 'INVALID_REPOSITORY',
  authentication: 'GIT_AUTHENTICATION',
  'not-found': 'INVALID_REPOSITORY',
  unreachable: 'GIT_UNREACHABLE',
  'not-a-repository': 'INVALID_REPOSITORY',
  'index-corrupt': 'GIT_FAILED',
  'ref-conflict': 'GIT_FAILED',
  'bad-ref': 'GIT_FAILED',
  'file-changed': 'GIT_FAILED',
  timeout: 'GIT_FAILED',
  other: 'GIT_FAILED',
};

/** What a user can do that git's own words do not say. */
const advice: Partial<Record<GitErrorKind, string>> = {
  'git-missing': 'git was not found on the PATH',
  filter: 'A filter of the repository (Git LFS, git-crypt, …) failed or is not installed',
  ownership: 'git refuses the repository because another user owns it; `git config --global --add safe.directory <path>` allows it',
};

/** Names what git's stderr means. */
export const classifyGitError = (stderr: string): GitErrorKind => patterns.find(([, pattern]) => pattern.test(stderr))?.[0] ?? 'other';

/** Text without the passwords and tokens that a URL may carry. */
export const redactUrls = (text: string): string =>
  text.replace(/(\bhttps?:\/\/)[^@/\s'"]+@/gi, '$1***@').replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^:@/\s'"]*):[^@/\s'"]*@/gi, '$1:***@');

/** The lines of git's stderr that say what went wrong, as one short text. */
const reasonOf = (stderr: string): string => {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'));
  const fatal = lines.filter((line) => /^(?:fatal|error|remote):/.test(line));
  const text = (fatal.length > 0 ? fatal : lines).slice(0, 5).join('; ');
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
};

/** What git said, kept as the cause of the MakimaError that a caller sees. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';
  readonly kind: GitErrorKind;
  readonly exitCode: number;
  readonly stderr: string;

  constructor(kind: GitErrorKind, command: string, exitCode: number, stderr: string) {
    super(`git ${command} exited with ${exitCode}: ${stderr.slice(0, 4000)}`);
    this.kind = kind;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/**
 * @param command - the subcommand, such as `worktree add`
 * @param exitCode - of git
 * @param stderr - all of it
 * @param kind - where it is known already, such as a timeout
 */
export const gitError = (command: string, exitCode: number, stderr: string, kind: GitErrorKind = classifyGitError(stderr)): MakimaError => {
  const clean = redactUrls(stderr);
  const reason = reasonOf(clean);
  const said = `git ${command} failed${reason === '' ? ` with exit status ${exitCode}` : `: ${reason}`}`.replace(/\.$/, '');
  const hint = advice[kind];
  return new MakimaError(codes[kind], hint === undefined ? said : `${hint} (${said})`, {
    cause: new GitFailure(kind, command, exitCode, clean),
  });
};

/** The kind of a failure of git, null for any other failure. */
export const gitErrorKind = (thrown: unknown): GitErrorKind | null =>
  thrown instanceof MakimaError && thrown.cause instanceof GitFailure ? thrown.cause.kind : null;
