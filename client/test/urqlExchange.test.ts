import { readFileSync } from 'node:fs';
import { Client, type Exchange, fetchExchange, gql } from '@urql/core';
import { buildSchema, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { latestPresenceExchange, presenceKeys } from '../src/urql.js';

const PEOPLE = gql<{ presence: object[] }, Record<string, never>>`query { presence { id status asOf } }`;
const SET = gql`mutation { setPresence(input: { status: AWAY }) { id status asOf } }`;

/** The n-th second of a minute. */
const at = (n: number) => `2026-01-31T12:00:${String(n).padStart(2, '0')}.000Z`;
const ben = (n: number, status: string) => ({ id: 'ben', status, asOf: at(n) });

/** A client whose server gives the results of a list, one after the other. */
const clientOver = (exchange: Exchange, ...results: object[]) =>
  new Client({
    url: 'http://127.0.0.1/graphql',
    exchanges: [exchange, fetchExchange],
    preferGetMethod: false,
    fetch: async () => Response.json(results.shift()),
  });
const people = async (client: Client) => (await client.query(PEOPLE, {}).toPromise()).data?.presence;

it('queries and mutations teach it, and are corrected by it', async () => {
  const client = clientOver(
    latestPresenceExchange(),
    { data: { setPresence: ben(20, 'AWAY') } },
    { data: { presence: [ben(10, 'ONLINE')] } },
    { data: { presence: [ben(30, 'ONLINE')] } },
    { data: { setPresence: ben(25, 'AWAY') } },
  );
  await client.mutation(SET, {}).toPromise();
  expect(await people(client)).toEqual([ben(20, 'AWAY')]);
  expect(await people(client)).toEqual([ben(30, 'ONLINE')]);
  expect((await client.mutation(SET, {}).toPromise()).data).toEqual({ setPresence: ben(30, 'ONLINE') });
});

it('errors pass, beside data and without', async () => {
  const errors = [{ message: 'no', extensions: { code: 'RATE_LIMITED' } }];
  const client = clientOver(
    latestPresenceExchange(),
    { data: { presence: [ben(10, 'ONLINE')] }, errors },
    { data: null, errors },
  );
  const partial = await client.query(PEOPLE, {}).toPromise();
  expect([partial.data?.presence.length, partial.error?.graphQLErrors[0]?.extensions.code]).toEqual([
    1,
    'RATE_LIMITED',
  ]);
  const refused = await client.query(PEOPLE, {}).toPromise();
  expect([refused.data, refused.error?.message]).toEqual([null, '[GraphQL] no']);
});

it('clients that share an exchange share no memory', async () => {
  const exchange = latestPresenceExchange();
  const one = clientOver(exchange, { data: { setPresence: ben(20, 'AWAY') } });
  const other = clientOver(exchange, { data: { presence: [ben(10, 'ONLINE')] } });
  await one.mutation(SET, {}).toPromise();
  expect(await people(other)).toEqual([ben(10, 'ONLINE')]);
});

it('there is a key, or none, for each type of the schema without an id', () => {
  const schema = buildSchema(readFileSync('schema/schema.graphqls', 'utf8'));
  const operations = ['Query', 'Mutation', 'Subscription'];
  const withoutId = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__') && !operations.includes(name))
    .filter((type) => !('id' in type.getFields()))
    .map(({ name }) => name);
  expect(Object.keys(presenceKeys).sort()).toEqual(withoutId.sort());
  expect(presenceKeys.Me({ userId: 'ada' })).toBe('ada');
  expect(presenceKeys.Me({})).toBe(null);
});
