/** A page with Apollo Client as its recipe has it: the statuses of a query, and a subscription that nothing is done with. */
import { createApollo, PEOPLE, PRESENCE_CHANGED } from '../../../../client/test/recipes/apollo.js';
import { showStatuses, tokenOfPage } from './recipePage.js';

const { apollo } = createApollo(`${location.origin}/graphql`, tokenOfPage, 'a-tab');
apollo.watchQuery({ query: PEOPLE }).subscribe(({ data, dataState }) => {
  if (dataState === 'complete') showStatuses(data.presence);
});
apollo.subscribe({ query: PRESENCE_CHANGED }).subscribe(() => {});
