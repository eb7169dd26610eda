/**
 * After each git command that talks to a remote simple-git keeps a timer of five seconds, in case
 * something holds the output open. The daemon does not wait for it when it ends; a test file would, each that fetches.
 */
globalThis.setTimeout = new Proxy(globalThis.setTimeout, {
  apply: (target, self, args: Parameters<typeof setTimeout>) => {
    const timer: NodeJS.Timeout = Reflect.apply(target, self, args);
    // What waits for the timer has the output open, which keeps the process until then.
    if (args[1] === 5000 && new Error().stack?.includes('/node_modules/simple-git/') === true) timer.unref();
    return timer;
  },
});
