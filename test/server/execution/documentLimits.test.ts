import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { isPureIntrospection, overLimit } from '../../../src/server/execution/documentLimits.js';
import { connect, post, startServer } from '../harness.js';

/** `{ node { child { … { id } } } }`, so many levels deep. */
const deep = (levels: number): string => `{ node ${'{ child '.repeat(levels - 2)}{ id }${' }'.repeat(levels - 2)} }`;
const over = (query: string) => overLimit(parse(query));

describe('limits of a document', () => {
  it('8 levels are allowed, 9 are not', () => {
    expect(over(deep(8))).toBeNull();
    expect(over(deep(9))).toBe('The query is 9 levels deep; at most 8 are allowed.');
  });

  it('fragments neither hide levels nor add any', () => {
    const within = (levels: number) =>
      `{ node { ...A } } fragment A on Node { ... on Node ${deep(levels - 1).replace('node', 'child')} }`;
    expect(over(within(8))).toBeNull();
    expect(over(within(9))).toMatch(/9 levels/);
  });

  it('5 aliases are allowed, 6 are not, wherever they stand', () => {
    const aliases = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(' ');
    expect(over(`{ ${aliases(5)} }`)).toBeNull();
    expect(over(`{ ${aliases(6)} }`)).toMatch(/6 aliases/);
    expect(over(`{ x: node { ...A } node { ...A } } fragment A on Node { ${aliases(2)} }`)).toBeNull();
    expect(over(`{ x: node { ...A } y: node { ...A } } fragment A on Node { ${aliases(2)} }`)).toMatch(/6 aliases/);
  });

  it('5 directives are allowed, 6 are not, wherever they stand', () => {
    const skips = (count: number) => '@skip(if: false) '.repeat(count);
    expect(over(`{ who ${skips(5)} }`)).toBeNull();
    expect(over(`{ who ${skips(6)} }`)).toMatch(/6 directives/);
    expect(over(`query ($a: Int @x) @x { who @x ... @x { who } ...A @x } fragment A on Query @x { who }`)).toMatch(/6/);
    expect(over(`query ($a: Int @x) @x { who @x ... @x { who } ...A @x } fragment A on Query { who }`)).toBeNull();
  });

  it('fragments that double at every level cost nothing to check', () => {
    const levels = 200;
    const fragments = Array.from({ length: levels }, (_, n) => `fragment F${n} on Node { ...F${n + 1} ...F${n + 1} }`);
    const query = `{ node { ...F0 } } ${fragments.join(' ')} fragment F${levels} on Node { a: id }`;
    expect(over(query)).toMatch(/aliases/);
  });

  it('fragments that contain themselves end', () => {
    expect(over('{ node { ...A } } fragment A on Node { child { ...B } } fragment B on Node { ...A }')).toBeNull();
  });

  it('introspection does not count as depth', () => {
    expect(over(getIntrospectionQuery())).toBeNull();
    const type = '{ __type(name: "A") { fields { type { ofType { ofType { ofType { ofType { ofType { ofType { name';
    expect(over(type + ' }'.repeat(10))).toBeNull();
  });

  it('aliases and directives count inside introspection', () => {
    const within = (names: string) => `{ __schema { types { ${names} } } }`;
    expect(over(within('a: name b: name c: name d: name e: name'))).toBeNull();
    expect(over(within('a: name b: name c: name d: name e: name f: name'))).toMatch(/6 aliases/);
    expect(over(within(`name ${'@skip(if: false) '.repeat(6)}`))).toMatch(/6 directives/);
  });

  it('every operation of a document is checked', () => {
    expect(over(`query A { who } query B ${deep(9)}`)).toMatch(/9 levels/);
  });

  it('pure introspection is distinguished from everything else', () => {
    const pure = (query: string) => isPureIntrospection(parse(query));
    expect(pure(getIntrospectionQuery())).toBe(true);
    expect(pure('{ __typename ... { __type(name: "A") { name } } }')).toBe(true);
    expect(pure('{ ...A } fragment A on Query { __typename ...A }')).toBe(true);
    expect(pure('{ ...A } fragment A on Query { who }')).toBe(false);
    expect(pure('{ ...Missing }')).toBe(false);
    expect(pure('{ x: who }')).toBe(false);
    expect(pure('{ __schema: who }')).toBe(false);
    expect(pure('subscription { __typename }')).toBe(false);
    expect(pure('query A { __typename } mutation B { __typename }')).toBe(false);
  });
});

/** A document of exactly so many tokens: 199 operations of five, and one with the fields that are left. */
const tokens = (count: number): string =>
  `${Array.from({ length: 199 }, (_, n) => `query Q${n} { who }`).join(' ')} query L { ${'who '.repeat(count - 999)}}`;
const six = (text: string) => Array.from({ length: 6 }, (_, n) => text.replace('$', String(n))).join(' ');

describe('over the limit', () => {
  it.each([
    ['depth', deep(9)],
    ['aliases', `mutation { ${six('a$: set(value: "x")')} }`],
    ['directives', `mutation { set(value: "x") ${six('@include(if: true)')} }`],
    ['tokens', tokens(1_001)],
    ['depth, with more wrong besides', deep(9).replace('id', 'nothing nowhere')],
  ])('%s: one error over HTTP and WebSocket, and no resolver runs', async (_, query) => {
    const server = await startServer();
    const { body } = await post(server, { query });
    const client = await connect(server);
    client.subscribe('1', query);
    const { type, payload } = await client.next();
    expect(type).toBe('error');
    for (const errors of [body.errors, payload]) {
      expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })]);
    }
    expect(body).not.toHaveProperty('data');
    expect(server.events.seen.filter(({ name }) => name === 'set')).toEqual([]);
    await client.sync();
  });

  it('1,000 tokens are allowed', async () => {
    const server = await startServer();
    expect((await post(server, { query: tokens(1_000), operationName: 'Q7' })).body).toEqual({
      data: { who: 'user ada' },
    });
  });

  it('the query that GraphiQL introspects with is answered, over WebSocket too', async () => {
    const server = await startServer();
    const query = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
    });
    expect((await post(server, { query }, { token: null })).body.data.__schema.queryType.name).toBe('Query');
    const client = await connect(server);
    client.subscribe('1', query);
    expect((await client.next()).payload?.data).toHaveProperty('__schema');
  });

  it('introspection that is off is off over WebSocket', async () => {
    const client = await connect(await startServer({ introspection: 'off' }));
    client.subscribe('1', '{ __schema { queryType { name } } }');
    const { type, payload } = await client.next();
    expect(type).toBe('error');
    expect(payload?.[0]?.message).toMatch(/introspection has been disabled/);
    client.subscribe('2', '{ __type(name: "Node") { name } }');
    expect((await client.next()).type).toBe('error');
    client.subscribe('3', '{ __typename }');
    expect((await client.next()).payload?.data).toEqual({ __typename: 'Query' });
  });
});

describe('suggestions', () => {
  const queries = [
    { query: '{ whoo }' },
    { query: '{ mood(moood: HAPPY) }' },
    { query: '{ mood(mood: HAPY) }' },
    { query: '{ node { ... on Nod { id } } }' },
    { query: 'query ($mood: Mood) { mood(mood: $mood) }', variables: { mood: 'HAPY' } },
  ];

  it.each(queries)('$query: production reports the fault, and suggests nothing', async (body) => {
    const production = await startServer({ suggestions: false });
    const development = await startServer();
    const client = await connect(production);
    client.subscribe('1', body.query, body.variables);
    const overSocket = JSON.stringify(await client.next());
    const { errors } = (await post(production, body)).body;
    expect(errors[0].message).not.toBe('');
    for (const text of [overSocket, JSON.stringify(errors)]) expect(text).not.toMatch(/Did you mean/);
    expect(JSON.stringify((await post(development, body)).body)).toMatch(/Did you mean/);
  });
});
