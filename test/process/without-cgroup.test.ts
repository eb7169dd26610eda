/** What holds of processes holds where the system gives a run no cgroup, too: as of runs that an earlier release launched. */
process.env['TEST_OWN_CGROUP'] = 'no';
await import('./launch.test.ts');
await import('./census.test.ts');
await import('./pause.test.ts');
await import('./terminate.test.ts');
await import('./survival.test.ts');
