import { fileURLToPath } from 'node:url';

/** The absolute path of orchestrate.sh as it is shipped; it is copied to `.makima/orchestrate.sh` of an orchestrator's worktree. */
export const orchestrateScript: string = fileURLToPath(new URL('orchestrate.sh', import.meta.url));
