import { join } from 'node:path';
import type { Test } from 'tap';
import { agentDrivers } from '../../src/agents/index.ts';
import { openEventLog } from '../../src/events/event-log.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { openStore } from '../../src/store/open-store.ts';
import { claudeSettings } from '../support/claude-settings.ts';

const now = (): Date => new Date('2026-01-02T03:04:05.678Z');

/** What following events uses, with nothing in it. */
export const readingParts = async (t: Test) => {
  const directory = t.testdir();
  const store = await openStore(join(directory, 'state.sqlite'));
  const log = openEventLog({ directory: join(directory, 'events'), now });
  t.teardown(async () => {
    log.close();
    await store.close();
  });
  return { store, log, ledger: createLedger(store, log), drivers: agentDrivers({ claude: claudeSettings() }), now };
};
