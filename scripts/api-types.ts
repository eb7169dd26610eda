import openapiTS, { astToString } from 'openapi-typescript';

const options = { rootTypes: true, rootTypesNoSchemaPrefix: true, rootTypesKeepCasing: true, defaultNonNullable: false, silent: true };

/**
 * The types of the API as TypeScript, of which the named shapes are exported by their names.
 * @param yaml - the text of openapi.yaml
 */
export const apiTypes = async (yaml: string): Promise<string> =>
  `/** Generated from openapi.yaml by \`npm run openapi\`: the shapes of makima's API by name, and \`paths\` for openapi-fetch. */\n${astToString(await openapiTS(yaml, options))}`;
