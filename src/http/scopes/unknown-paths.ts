import { MakimaError } from '../../errors.ts';
import type { Api } from '../api.ts';

/** What is asked for and not there: any path that no other scope has, above and below the base path. */
export const nowhere = (api: Api): void => {
  api.addHook('onRequest', api.refuseUnknown);
  api.setNotFoundHandler(() => {
    throw new MakimaError('ROUTE_NOT_FOUND');
  });
};
