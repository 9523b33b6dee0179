/** For Apollo Client 4. */
import { type ApolloClient, ApolloLink, Observable } from '@apollo/client';
import { createLatest, type Latest } from './latest.js';

/**
 * Put it first of the links: of every result, of queries, mutations and subscriptions, it replaces what is older (by
 * `asOf`) than what was seen of the same user, object or tray, so that a late answer never overwrites a newer event in the
 * cache.
 *
 * Each Apollo client that uses the link has a memory of its own, of the 10,000 users and objects seen last. `clearStore()` and
 * `resetStore()` empty it.
 */
export function latestPresenceLink(): ApolloLink {
  const memories = new WeakMap<ApolloClient, Latest>();

  const memoryOf = (client: ApolloClient): Latest => {
    const known = memories.get(client);
    if (known) return known;
    const latest = createLatest();
    memories.set(client, latest);
    client.onClearStore(async () => latest.clear());
    client.onResetStore(async () => latest.clear());
    return latest;
  };

  return new ApolloLink((operation, forward) => {
    const latest = memoryOf(operation.client);
    const merged = (result: ApolloLink.Result): ApolloLink.Result =>
      'data' in result && result.data ? { ...result, data: latest.merge(result.data, operation.query) } : result;
    return new Observable((observer) =>
      forward(operation).subscribe({
        next: (result) => observer.next(merged(result)),
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
      }),
    );
  });
}
