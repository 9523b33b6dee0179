/** For urql, with its document cache or with graphcache. */
import { type Exchange, mapExchange } from '@urql/core';
import { createLatest } from './latest.js';

/**
 * Put it after the cache and before what fetches: of every result, of queries, mutations and subscriptions, it replaces
 * what is older (by `asOf`) than what was seen of the same user, object or tray, so that a late answer never overwrites a
 * newer event.
 *
 * Each urql client that uses the exchange has a memory of its own, of the 10,000 users and objects seen last. Signing out is a new
 * client, as for urql's caches.
 */
export function latestPresenceExchange(): Exchange {
  return (input) => {
    const latest = createLatest();
    return mapExchange({
      onResult: (result) =>
        result.data ? { ...result, data: latest.merge(result.data, result.operation.query) } : result,
    })(input);
  };
}

/**
 * Keys of the schema's types that have no `id`, for graphcache: `cacheExchange({ keys: { ...presenceKeys } })`. Those
 * that are part of what they stand in have none at all.
 */
export const presenceKeys = {
  ActConnection: () => null,
  ActEdge: () => null,
  Activity: () => null,
  Count: () => null,
  Heartbeat: () => null,
  HereChange: () => null,
  InboxChange: () => null,
  Me: (me: object) => ('userId' in me && typeof me.userId === 'string' ? me.userId : null),
  NoticeConnection: () => null,
  NoticeEdge: () => null,
  OnlineConnection: () => null,
  PageInfo: () => null,
  PresenceConnection: () => null,
  PresenceEdge: () => null,
  PresenceSpan: () => null,
  PresenceSpanConnection: () => null,
  PresenceSpanEdge: () => null,
  Privacy: () => null,
  StatusMessage: () => null,
  UserConnection: () => null,
  UserEdge: () => null,
};
