/** What one request may cost, whatever stands in it, and what is kept of it. */
import { describe, expect, it } from 'vitest';
import { createContext } from '../../../src/graphql/context.js';
import { createSchema } from '../../../src/graphql/schema.js';
import { createDocuments } from '../../../src/server/execution/documents.js';
import { createEngine } from '../../../src/server/execution/engine.js';
import { createFanout, untilIdle, userViewer } from '../../support/unit/fanout.js';
import { createCounts } from '../../support/unit/socialFanout.js';
import { bytesInUse, cpuMsOf } from '../../support/unit/usage.js';
import { connect, post, startServer } from '../harness.js';

const MIB = 1024 * 1024;
/** As long as a message over a socket may be. */
const LONG = 255_000;
/** And nearly as long as a document may be. */
const LONG_DOCUMENT = 60_000;
/** How often what a good request of the same length costs a bad one may cost; and what counts as nothing, in ms. */
const TIMES = 30;
const NOTHING_MS = 10;
/** Characters of an answer that refuses. */
const SHORT = 4_000;

const start = async () => {
  const fanout = await createFanout();
  const { presence, hub, people } = fanout;
  const engine = createEngine({
    schema: createSchema(),
    contextFor: (operation) =>
      createContext({ presence, hub: hub as never, people, relations: {} as never, social: {} as never }, operation),
    people,
    log: { error: () => {} },
    introspection: 'users',
    suggestions: false,
  });
  const caller = { viewer: userViewer('me'), connectionId: null };
  /** Runs it as it came over a socket; gives the errors of the answer. */
  const refused = async (query: string, variables: Record<string, unknown> = {}) => {
    const prepared = engine.prepare(
      { query, variables },
      { caller, budget: { watched: 0, conversations: 0, objects: 0 }, requestId: 'r' },
    );
    const answer = 'run' in prepared ? await prepared.run() : { errors: prepared };
    if (!('errors' in answer)) throw new Error('It was not refused.');
    return answer.errors ?? [];
  };
  return { ...fanout, engine, caller, refused };
};

const WATCH = 'subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { id } }';
const READ = 'query ($ids: [ID!]) { presence(userIds: $ids) { id } }';
const SET = 'mutation ($input: SetPresenceInput!) { setPresence(input: $input) { id } }';

const keys = Object.fromEntries(Array.from({ length: LONG / 10 }, (_, n) => [`k${n}`, 1]));

/** Wrong variables of one message; a good one of that length is a list of as many ids as are allowed and more. */
const wrong: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ['a list of objects for ids that are watched', WATCH, { ids: Array(LONG / 3).fill({}) }],
  ['a list of objects for ids that are asked for', READ, { ids: Array(LONG / 3).fill({}) }],
  ['lists within lists', READ, { ids: Array(LONG / 3).fill([]) }],
  ['fields that the input has not', SET, { input: keys }],
  ['an object for a text', SET, { input: { statusMessage: { text: keys } } }],
  ['a word that is none of the enum', SET, { input: { status: 'A'.repeat(LONG) } }],
  ['a text of blanks for an enum', SET, { input: { status: ' '.repeat(LONG) } }],
  [
    'an instant of many digits',
    SET,
    { input: { statusMessage: { text: '', expiresAt: `2026-01-31T12:00:00.${'0'.repeat(LONG)}` } } },
  ],
  ['activities that are numbers', SET, { input: { activities: Array(LONG / 2).fill(1) } }],
];

describe('invalid variables', () => {
  it.each(wrong)('%s cost no more than variables that do', async (_, query, variables) => {
    const { refused } = await start();
    const good = await cpuMsOf(() => refused(READ, { ids: Array(LONG / 4).fill('a') }));
    let errors: readonly unknown[] = [];
    const bad = await cpuMsOf(async () => {
      errors = await refused(query, variables);
    });
    expect(bad).toBeLessThan(TIMES * good + NOTHING_MS);
    expect(JSON.stringify(errors).length).toBeLessThan(SHORT);
  });

  it('the answer to a whole body of them is short over HTTP, too', async () => {
    const server = await startServer({ suggestions: false });
    const query = 'query ($mood: Mood) { mood(mood: $mood) }';
    for (const mood of [Array(80_000).fill({}), ' '.repeat(250_000), { ...keys }]) {
      const { body } = await post(server, { query, variables: { mood } });
      expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(JSON.stringify(body).length).toBeLessThan(SHORT);
    }
  });
});

const many = (count: number, text: string) =>
  Array.from({ length: count }, (_, n) => text.replaceAll('$', String(n))).join(' ');

/** Documents of up to 1,000 tokens that are much work to judge. */
const heavy: readonly (readonly [string, string])[] = [
  ['one field again and again', `{ ${many(240, 'me { userId }')} }`],
  ['one field within the same', `{ me { ${many(480, 'userId')} } }`],
  [
    'fragments of the same field, one in the other',
    `${`{ ...F0 } ${many(80, 'fragment F$ on Query { me { userId } ...F$1 }')}`.replace(
      /F(\d+)1 }/g,
      (_, n) => `F${Number(n) + 1} }`,
    )} fragment F80 on Query { me { userId } }`,
  ],
  ['fields that are not there, far down', `{${'\n'.repeat(LONG_DOCUMENT)} me { ${many(300, 'nothing$')} } }`],
  ['variables of one name', `query (${many(240, '$v: ID').replace(/\d+v/g, '$$v')}) { me { userId } }`],
  ['a name of a whole message', `{ ${'a'.repeat(LONG_DOCUMENT)} }`],
  ['a list within a list', `{ presence(userIds: ${'['.repeat(400)}${']'.repeat(400)}) { id } }`],
];

describe('a document', () => {
  it.each(heavy)('of %s costs no more than a plain one of its length', async (_, query) => {
    const documents = createDocuments({ schema: createSchema(), introspection: 'users' });
    let turn = 0;
    const check = (text: string) => () => {
      turn += 1;
      return documents.check(`${text} # ${turn}`);
    };
    const plain = `{ presence(userIds: [${many(300, '"$"')}]) { id userId status } } ${'\n'.repeat(Math.max(0, query.length - 2_000))}`;
    expect(check(plain)().faults).toEqual([]);
    const good = await cpuMsOf(check(plain));
    expect(await cpuMsOf(check(query))).toBeLessThan(TIMES * good + NOTHING_MS);
    expect(documents.check(query).faults.length).toBeGreaterThan(0);
    expect(documents.check(query).faults.length).toBeLessThan(10);
  });

  it('that asks for the schema counts as one that lists users: the answer may be as long', () => {
    const documents = createDocuments({ schema: createSchema(), introspection: 'users' });
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "User") { name } }']) {
      expect(documents.check(query)).toMatchObject({ faults: [], lists: true });
    }
    expect(documents.check('{ me { userId } __typename }').lists).toBe(false);
  });

  it('that is longer than 64 Ki characters is not read, whatever it is made of', async () => {
    const documents = createDocuments({ schema: createSchema(), introspection: 'users' });
    const padded = (length: number) => '{ me { userId } }'.padEnd(length, '\n');
    expect(documents.check(padded(65_536)).faults).toEqual([]);
    const sentence = 'The query is longer than 65,536 characters.';
    for (const text of [padded(65_537), '{'.repeat(1_000_000), '#\n'.repeat(500_000)]) {
      expect(documents.check(text)).toMatchObject({ document: null, faults: [{ message: sentence }] });
    }
    expect(await cpuMsOf(() => documents.check('#\n'.repeat(500_000)))).toBeLessThan(NOTHING_MS);
  });

  it('may name a field fifty times, and no more', () => {
    const documents = createDocuments({ schema: createSchema(), introspection: 'users' });
    const faults = (query: string) => documents.check(query).faults.map(({ message }) => message);
    expect(faults(`{ me { ${'userId '.repeat(50)} } }`)).toEqual([]);
    const sentence = 'The query has 51 fields of one name; at most 50 are allowed.';
    expect(faults(`{ me { ${'userId '.repeat(51)} } }`)).toEqual([sentence]);
    expect(
      faults(`{ me { ${'userId '.repeat(26)} } ...A ...A } fragment A on Query { me { ${'userId '.repeat(25)} } }`),
    ).toEqual([sentence]);
    expect(faults(`query A { me { ${'userId '.repeat(50)} } } query B { me { ${'userId '.repeat(50)} } }`)).toEqual([]);
  });

  it('of any kind: all that are kept together take no more than is allowed', async () => {
    const documents = createDocuments({ schema: createSchema(), introspection: 'users' });
    const ids = (n: number) => `{ presence(userIds: [${'0 '.repeat(970)}]) { id } } # ${n}`;
    const fields = (n: number) => `{ me { ${'userId __typename chosenStatus '.repeat(49)} } } # ${n}`;
    for (const text of [ids, fields]) expect(documents.check(text(0)).faults).toEqual([]);
    const before = await bytesInUse();
    for (let n = 1; n <= 1_000; n += 1) for (const text of [ids, fields]) documents.check(text(n));
    expect((await bytesInUse()) - before).toBeLessThan(20 * MIB);
  });
});

describe('what is cached', () => {
  it('of subscriptions that are refused is nothing', async () => {
    const { refused } = await start();
    const id = (n: number) => `${n} ${'x'.repeat(100_000)}`;
    const one = 'subscription ($id: ID!) { presenceChanged(userIds: [$id]) { id } }';
    await refused(one, { id: id(0) });
    const before = await bytesInUse();
    for (let n = 1; n <= 400; n += 1) {
      await refused(one, { id: id(n) });
      await refused(`${WATCH} # ${n}`, { ids: [''], junk: id(n) });
    }
    expect((await bytesInUse()) - before).toBeLessThan(16 * MIB);
  });

  it('of whom subscriptions watch is no part of what they share', async () => {
    const { engine, caller, users } = await start();
    await users('me', 'ann');
    const before = await bytesInUse();
    const open = async (query: string, variables: Record<string, unknown>) => {
      const prepared = engine.prepare(
        { query, variables },
        { caller, budget: { watched: 0, conversations: 0, objects: 0 }, requestId: 'r' },
      );
      if (!('run' in prepared)) throw prepared[0];
      const opened = await prepared.run();
      if (!('render' in opened)) throw new Error('It is not shared.');
      await opened.stream.return();
      return opened.render;
    };
    const query =
      'subscription ($a: ID!, $with: Boolean = true) { presenceChanged(userIds: [$a]) { id status @include(if: $with) } }';
    const renders = new Set<unknown>();
    for (let n = 0; n < 300; n += 1)
      renders.add(await open(query, { a: `user-${n}`, junk: `${n} ${'x'.repeat(50_000)}` }));
    expect(renders.size).toBe(1);
    expect(await open(query, { a: 'ann', with: false })).not.toBe([...renders][0]);
    await untilIdle();
    expect((await bytesInUse()) - before).toBeLessThan(8 * MIB);
  });

  it('of variables that decide what is sent goes with the subscriptions that have them', async () => {
    const f = await createCounts();
    await f.users('me');
    await f.putObject('post', { open: true });
    const engine = createEngine({
      schema: createSchema(),
      contextFor: (operation) =>
        createContext(
          {
            hub: f.fanout as never,
            people: f.people,
            presence: {} as never,
            relations: {} as never,
            social: {} as never,
          },
          operation,
        ),
      people: f.people,
      log: { error: () => {} },
      introspection: 'users',
      suggestions: false,
    });
    const open = async (n: number) => {
      const prepared = engine.prepare(
        {
          query: `subscription ($name: String!) { countsChanged(objectIds: ["post"]) { count(name: $name) } } # ${n % 8}`,
          variables: { name: `${n} ${'x'.repeat(LONG - 100)}` },
        },
        {
          caller: { viewer: userViewer('me'), connectionId: null },
          budget: { watched: 0, conversations: 0, objects: 0 },
          requestId: 'r',
        },
      );
      if (!('run' in prepared)) throw prepared[0];
      const opened = await prepared.run();
      if (!('render' in opened)) throw new Error('It is not shared.');
      return opened;
    };
    const before = await bytesInUse();
    for (let n = 0; n < 200; n += 1) await (await open(n)).stream.return();
    expect((await bytesInUse()) - before).toBeLessThan(8 * MIB);
    const [one, other] = [await open(0), await open(0)];
    expect(other.render).toBe(one.render);
    for (const { stream } of [one, other]) await stream.return();
  });

  it('of the messages of open subscriptions is no more than what they ask', async () => {
    const server = await startServer();
    const client = await connect(server);
    const message = (n: number) => {
      const payload = {
        query: 'subscription { values }',
        extensions: { pad: `${n}`.repeat(25_000) },
        [`${n}`.repeat(25_000)]: n,
      };
      return `{"id":"${n}","type":"subscribe","payload":${JSON.stringify(payload)},"pad":${JSON.stringify('y'.repeat(50_000))}}${' '.repeat(25_000)}`;
    };
    const before = await bytesInUse();
    for (let n = 10; n < 60; n += 1) client.send(message(n));
    await server.events.until('subscribed', 50);
    await client.sync();
    expect((await bytesInUse()) - before).toBeLessThan(3 * MIB);
  });

  it('of the documents of one connection has a bound; a subscription beyond it is refused, and the others go on', async () => {
    const server = await startServer();
    const client = await connect(server);
    const others = many(190, 'query Q$ { who }');
    const subscribe = (id: string) => {
      const query = `subscription S { values } ${others} # ${id}`;
      client.send({ id, type: 'subscribe', payload: { query, operationName: 'S' } });
    };
    for (let n = 0; n < 30; n += 1) subscribe(`${n}`);
    client.send({ type: 'ping' });
    let refusals = 0;
    for (let { type } = await client.next(); type !== 'pong'; { type } = await client.next()) {
      if (type === 'error') refusals += 1;
    }
    expect(refusals).toBeGreaterThan(0);
    expect(server.sources.length).toBeGreaterThanOrEqual(10);
    expect(server.sources.length + refusals).toBe(30);
    client.complete('0');
    subscribe('again');
    await server.events.until('subscribed', server.sources.length + 1);
    server.sources.at(-1)?.push('fine');
    expect(await client.next()).toMatchObject({ id: 'again', type: 'next' });
  });
});
