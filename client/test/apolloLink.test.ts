import { ApolloClient, ApolloLink, gql, InMemoryCache, Observable } from '@apollo/client';
import { expect, it } from 'vitest';
import { latestPresenceLink } from '../src/apollo.js';

const PEOPLE = gql`query { presence { id status asOf } }`;
const CHANGED = gql`subscription { presenceChanged { id status asOf } }`;
const SET = gql`mutation { setPresence(input: { status: AWAY }) { id status asOf } }`;

/** The n-th second of a minute. */
const at = (n: number) => `2026-01-31T12:00:${String(n).padStart(2, '0')}.000Z`;
const ben = (n: number, status: string) => ({ __typename: 'Presence', id: 'ben', status, asOf: at(n) });

/** A client whose server gives the results of a list, one after the other. */
const clientOver = (link: ApolloLink, ...results: ApolloLink.Result[]) => {
  const server = new ApolloLink(
    () =>
      new Observable((observer) => {
        const result = results.shift();
        if (result) observer.next(result);
        observer.complete();
      }),
  );
  return new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([link, server]),
  });
};
const event = (n: number, status: string) => ({ data: { presenceChanged: ben(n, status) } });
const answer = (n: number, status: string) => ({ data: { presence: [ben(n, status)] } });
const listen = (client: ApolloClient) =>
  new Promise<void>((resolve) => {
    client.subscribe({ query: CHANGED }).subscribe({ complete: () => resolve() });
  });
const statusOf = async (client: ApolloClient) => {
  const { data } = await client.query<{ presence: { status: string }[] }>({
    query: PEOPLE,
    fetchPolicy: 'network-only',
  });
  return data?.presence[0]?.status;
};

it('queries, mutations and subscriptions teach it, and are corrected by it', async () => {
  const client = clientOver(
    latestPresenceLink(),
    event(20, 'AWAY'),
    answer(10, 'ONLINE'),
    { data: { setPresence: ben(30, 'DO_NOT_DISTURB') } },
    answer(20, 'AWAY'),
    event(25, 'OFFLINE'),
    answer(29, 'ONLINE'),
    answer(40, 'ONLINE'),
    { data: { setPresence: ben(35, 'OFFLINE') } },
  );
  await listen(client);
  expect(await statusOf(client)).toBe('AWAY');
  await client.mutate({ mutation: SET });
  expect(await statusOf(client)).toBe('DO_NOT_DISTURB');
  await listen(client);
  expect(client.cache.extract()).toMatchObject({ 'Presence:ben': { status: 'DO_NOT_DISTURB', asOf: at(30) } });
  expect(await statusOf(client)).toBe('DO_NOT_DISTURB');
  expect(await statusOf(client)).toBe('ONLINE');
  expect((await client.mutate({ mutation: SET })).data).toMatchObject({ setPresence: { status: 'ONLINE' } });
});

it('errors pass, beside data and without', async () => {
  const error = { message: 'no', extensions: { code: 'RATE_LIMITED' } };
  const client = clientOver(
    latestPresenceLink(),
    event(20, 'AWAY'),
    { ...answer(10, 'ONLINE'), errors: [error] },
    { data: null, errors: [error] },
  );
  await listen(client);
  const partial = await client.query<{ presence: unknown[] }>({ query: PEOPLE, errorPolicy: 'all' });
  expect(partial.error).toMatchObject({ errors: [error] });
  expect(partial.data?.presence).toEqual([ben(20, 'AWAY')]);
  expect((await client.mutate({ mutation: SET, errorPolicy: 'all' })).error).toMatchObject({ errors: [error] });
});

it('a failure of the network passes', async () => {
  const failing = new ApolloLink(() => new Observable((observer) => observer.error(new Error('the network is away'))));
  const client = new ApolloClient({ cache: new InMemoryCache(), link: latestPresenceLink().concat(failing) });
  await expect(client.query({ query: PEOPLE })).rejects.toThrow('the network is away');
});

it.each([
  ['clearStore', (client: ApolloClient) => client.clearStore()],
  ['resetStore', (client: ApolloClient) => client.resetStore()],
])('%s empties its memory: the next user may see something else', async (_name, empty) => {
  const client = clientOver(latestPresenceLink(), event(20, 'AWAY'), answer(10, 'ONLINE'));
  await listen(client);
  await empty(client);
  expect(await statusOf(client)).toBe('ONLINE');
});

it('clients that share a link share no memory', async () => {
  const link = latestPresenceLink();
  const one = clientOver(link, event(20, 'AWAY'));
  const other = clientOver(link, answer(10, 'ONLINE'));
  await listen(one);
  expect(await statusOf(other)).toBe('ONLINE');
});
