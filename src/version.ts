import packageJson from '../package.json' with { type: 'json' };

/** Of makima, as package.json has it. */
export const version: string = packageJson.version;
