/** The steps of a run's beginning and end at which a daemon is killed. */
export const runSteps = [
  'run begun',
  'plan stored',
  'agent launched',
  'running stored',
  'output logged',
  'run ended',
  'messages settled',
  'task settled',
] as const;
