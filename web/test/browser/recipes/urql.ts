/** A page with urql and Graphcache as their recipe has it: the statuses of a query, and a subscription. */
import { createUrql, graphcache, PEOPLE, PRESENCE_CHANGED } from '../../../../client/test/recipes/urql.js';
import { showStatuses, tokenOfPage } from './recipePage.js';

const { urql } = createUrql(`${location.origin}/graphql`, tokenOfPage, 'a-tab', graphcache);
urql.query(PEOPLE, {}).subscribe(({ data }) => {
  if (data) showStatuses(data.presence);
});
urql.subscription(PRESENCE_CHANGED, {}).subscribe(() => {});
