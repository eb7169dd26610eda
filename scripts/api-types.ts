import openapiTS, { astToString } from 'openapi-typescript';

/** The types of the API, of which the named shapes are exported by their names. */
export const apiTypes = async (): Promise<string> => {
  const document = new URL('../openapi.yaml', import.meta.url);
  const options = { rootTypes: true, rootTypesNoSchemaPrefix: true, rootTypesKeepCasing: true, defaultNonNullable: false, silent: true };
  return `/** Generated from openapi.yaml: the shapes of makima's API by name, and \`paths\` for openapi-fetch. */\n${astToString(await openapiTS(document, options))}`;
};
