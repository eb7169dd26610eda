import type { AgentSettings } from './agent-settings.ts';
import type { AgentLaunch } from './driver.ts';

/** Whether an agent is to act unasked: as its run says, and where that leaves it open as the settings do. */
export const actsUnasked = (
  { permissions }: Pick<AgentLaunch, 'permissions'>,
  { enablePermissions }: Pick<AgentSettings, 'enablePermissions'>,
): boolean => permissions === 'skip' || (permissions === null && !enablePermissions);
