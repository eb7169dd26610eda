import { closestName } from '../domain/names/closest-name.ts';

/** The variable of a setting. */
export const variableOf = (name: string): string => `MAKIMA_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** What makima itself puts into its agents' environment: a daemon that is started by an agent inherits it. */
export const agentVariables = [
  'MAKIMA_API_URL',
  'MAKIMA_API_KEY',
  'MAKIMA_TASK_ID',
  'MAKIMA_RUN_ID',
  'MAKIMA_ORCHESTRATE',
  'MAKIMA_PORT_BASE',
  'MAKIMA_PORT_COUNT',
  'MAKIMA_RETRY_SECONDS',
];

/** By which clients find a daemon: none of its settings, and no mistake where it is started. */
export const clientVariables = ['MAKIMA_URL', 'MAKIMA_TOKEN'];

/** A name without what all have in common, by which each would be near to each. */
const tail = (name: string): string => name.replace(/^MAKIMA_/, '');
/** What somebody may have meant who wrote a name that is none, in parentheses; empty where nothing is near. */
export const meant = (name: string, names: readonly string[]): string => {
  const closest = closestName(tail(name), names.map(tail));
  return closest === null ? '' : ` (did you mean ${names.find((each) => tail(each) === closest) ?? closest}?)`;
};
