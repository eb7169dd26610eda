import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import { scratch } from '../support/daemon.ts';

/** A gh that keeps its pull requests in a file beside it and writes down how it was called. `parent` is what acme/widgets is a fork of. */
export const scriptedGh = (t: Test, { signedIn = true, parent = null as string | null } = {}): { dir: string; PATH: string } => {
  const dir = scratch(t);
  const bin = path.join(dir, 'bin');
  mkdirSync(bin);
  writeFileSync(
    path.join(bin, 'gh'),
    `#!/bin/sh
D='${dir}'
for a in "$@"; do printf '[%s]' "$a"; done >> "$D/calls"; echo >> "$D/calls"
case "$1 $2" in
  'auth status') exit ${signedIn ? 0 : 1} ;;
  'repo view')
    case "$5" in
      parent) echo '{"parent":${parent === null ? 'null' : JSON.stringify({ id: 'x', name: parent.split('/')[1], owner: { id: 'y', login: parent.split('/')[0] } })}}' ;;
      defaultBranchRef) echo '{"defaultBranchRef":{"name":"develop"}}' ;;
    esac ;;
  'pr list') [ -f "$D/strangers" ] && { cat "$D/strangers"; exit; }; if [ -f "$D/open" ]; then echo '[{"number":7,"url":"https://ghe.example/acme/widgets/pull/7"}]'; else echo '[]'; fi ;;
  'pr create') cat > "$D/body"; [ -f "$D/refuse" ] && { echo 'GraphQL: base is unknown' >&2; exit 1; }; : > "$D/open"; echo 'Creating pull request' >&2; echo https://ghe.example/acme/widgets/pull/7 ;;
  'pr edit') cat > "$D/body" ;;
  *) exit 2 ;;
esac
`,
    { mode: 0o755 },
  );
  return { dir, PATH: `${bin}:/usr/bin:/bin` };
};
