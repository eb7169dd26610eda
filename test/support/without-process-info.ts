/**
 * For coverage tap has every process of a test note each module that it loads, by hooks that
 * also keep Node's compile cache from being used: a fifth of the processor time of the suite, and 90 MB a process, from which each of
 * its many git processes is forked. Where coverage is not asked for it is left out.
 */
import { registerHooks } from 'node:module';

const recorder = '/@tapjs/processinfo/';

const leaveOut = (): void => {
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) => {
      if (specifier.includes(recorder)) return { url: 'data:text/javascript,', format: 'module', shortCircuit: true };
      // The first that is not the recorder comes after all preloads.
      hooks.deregister();
      return nextResolve(specifier, context);
    },
  });
  // Nor does what the test starts load it.
  const options = (process.env['NODE_OPTIONS'] ?? '').split(' ').filter((option) => option !== '' && !option.includes(recorder));
  if (options.length > 0) process.env['NODE_OPTIONS'] = options.join(' ');
  else Reflect.deleteProperty(process.env, 'NODE_OPTIONS');
};

if (process.env['TAP_DISABLE_COVERAGE'] === '1') leaveOut();
