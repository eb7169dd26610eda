/** Where the settings of git are that are a user's own or the machine's (git-config(1), FILES; gitattributes(5)). */
import { homedir } from 'node:os';
import path from 'node:path';

export const userHome = (): string => process.env['HOME'] ?? homedir();

/** git's directory among those of the user's settings. */
export const userGitDirectory = (): string => path.join(process.env['XDG_CONFIG_HOME'] || path.join(userHome(), '.config'), 'git');

/** Where git may have been built to look for what is the machine's. */
export const systemDirectories: readonly string[] = ['/etc', '/usr/local/etc', '/opt/homebrew/etc'];

/** A path with `~/` in front as one of the user's home; another one as it is. */
export const fromUserHome = (file: string): string => file.replace(/^~(?=\/)/, () => userHome());
