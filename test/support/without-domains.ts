/**
 * To know which test an error belongs to that nobody catches, tap follows each promise from its making to its collection: a tenth of the
 * processor time of the suite, and of a process's memory. Without that such an error fails its file, whichever test it came from.
 */
import hooks from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

const { createHook } = hooks;

Object.assign(hooks, {
  createHook: (callbacks: hooks.HookCallbacks): hooks.AsyncHook =>
    createHook(new Error().stack?.includes('/node_modules/async-hook-domain/') === true ? {} : callbacks),
});
syncBuiltinESMExports();
