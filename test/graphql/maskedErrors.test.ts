import { GraphQLError, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { describe, expect, it } from 'vitest';
import { maskError } from '../../src/graphql/maskedErrors.js';
import { forbidden, PresenceError, unavailable } from '../../src/presence/errors.js';
import { ana, refusalOf, schema, setUp, view } from './operation.js';

const HIDDEN = 'Something went wrong on our side. Quote the request id when you report it.';

const failing = (error: unknown) =>
  setUp({
    presence: {
      userPresence: async () => {
        throw error;
      },
    },
  });
const QUERY = '{ userPresence(userId: "bo") { id } }';

const mask = (error: unknown) => {
  const logged: Readonly<Record<string, unknown>>[] = [];
  const masked = maskError(error, { requestId: 'r1', log: { error: (fields) => logged.push(fields) } });
  return { masked, logged };
};

describe('a failure of the caller', () => {
  it('keeps its message, code, details, path and location, and nothing else', async () => {
    const { run, logged } = failing(unavailable('The store is away. Try again.', 500));
    const { data, errors } = await run(QUERY);
    expect(data).toEqual({ userPresence: null });
    expect(errors?.map((error) => error.toJSON())).toEqual([
      {
        message: 'The store is away. Try again.',
        path: ['userPresence'],
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'UNAVAILABLE', retryAfterMs: 500 },
      },
    ]);
    expect(errors?.[0]?.originalError).toBeUndefined();
    expect(logged).toEqual([]);
  });

  it('is the same when thrown bare, as by an event of a subscription', () => {
    const { masked, logged } = mask(forbidden('Not yours.'));
    expect(masked.toJSON()).toEqual({ message: 'Not yours.', extensions: { code: 'FORBIDDEN' } });
    expect(logged).toEqual([]);
  });
});

describe('a failure of ours', () => {
  it.each([
    ['an error', new TypeError('cannot read secrets')],
    ['a string', 'secrets'],
    ['an INTERNAL of the domain', new PresenceError('INTERNAL', 'secrets')],
  ])('that is %s is hidden, and logged once with what was thrown', async (_, error) => {
    const { run, logged } = failing(error);
    const { errors } = await run(QUERY);
    expect(errors?.map((masked) => masked.toJSON())).toEqual([
      {
        message: HIDDEN,
        path: ['userPresence'],
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'INTERNAL', requestId: 'r1' },
      },
    ]);
    expect(JSON.stringify(errors)).not.toContain('secrets');
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({ requestId: 'r1', path: ['userPresence'] });
    if (error instanceof Error) expect(logged[0]?.err).toBe(error);
  });

  it('includes a value of a resolver that graphql-js refuses', async () => {
    const wrong = [{ asOf: Number.NaN }, { status: 'BUSY' }, { userId: null }, { devices: 7 }];
    for (const fields of wrong) {
      const { run, logged } = setUp({
        presence: { userPresence: async () => view(fields as unknown as Parameters<typeof view>[0]) },
      });
      const result = await run('{ userPresence(userId: "bo") { id status devices asOf } }');
      expect(refusalOf(result)).toBe(`INTERNAL: ${HIDDEN}`);
      expect(logged).toHaveLength(1);
    }
  });

  it('is hidden also when thrown bare', () => {
    for (const error of [new Error('secrets'), 'secrets', undefined, { secrets: 1 }]) {
      const { masked, logged } = mask(error);
      expect(masked.toJSON()).toEqual({ message: HIDDEN, extensions: { code: 'INTERNAL', requestId: 'r1' } });
      expect(logged).toEqual([{ err: error, requestId: 'r1' }]);
    }
  });
});

describe('a document or variables that do not fit', () => {
  it('are BAD_USER_INPUT, in the words of graphql-js', async () => {
    const { run, calls, logged } = setUp();
    const unknownField = await run('{ nope }');
    expect(refusalOf(unknownField)).toBe('BAD_USER_INPUT: Cannot query field "nope" on type "Query".');
    expect(unknownField.errors?.[0]?.locations).toEqual([{ line: 1, column: 3 }]);
    expect(refusalOf(await run('query Q($id: ID!) { userPresence(userId: $id) { id } }'))).toContain(
      'BAD_USER_INPUT: Variable "$id" of required type "ID!"',
    );
    // A null that arrives where the schema has a default is found out only when the field is executed.
    const atTheField = 'query Q($first: Int) { roster(first: $first) { pageInfo { hasNextPage } } }';
    const nullForDefault = await run(atTheField, { first: null });
    expect(refusalOf(nullForDefault)).toMatch(/^BAD_USER_INPUT: Argument "first"/);
    expect(nullForDefault.errors?.[0]?.path).toEqual(['roster']);
    expect(calls).toEqual([]);
    expect(logged).toEqual([]);
  });

  it('are BAD_USER_INPUT also where they cannot be parsed', () => {
    let thrown: unknown;
    try {
      parse('{ me {');
    } catch (error) {
      thrown = error;
    }
    expect(mask(thrown).masked.toJSON()).toEqual({
      message: 'Syntax Error: Expected Name, found <EOF>.',
      locations: [{ line: 1, column: 7 }],
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('replace the codes and HTTP hints of libraries, without showing the hints', () => {
    const { masked } = mask(
      new GraphQLError('Too deep.', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } } }),
    );
    expect(JSON.parse(JSON.stringify(masked))).toEqual({
      message: 'Too deep.',
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(masked.extensions.http).toEqual({ status: 400 });
  });
});

describe('masking', () => {
  it('twice is masking once', () => {
    const failures = [
      forbidden('x'),
      unavailable('y'),
      new Error('z'),
      new GraphQLError('w'),
      new PresenceError('BAD_USER_INPUT', 'v'),
    ];
    for (const failure of failures) {
      const once = mask(failure).masked;
      const twice = mask(once);
      expect(twice.masked.toJSON()).toEqual(once.toJSON());
      expect(twice.logged).toEqual([]);
    }
  });
});

describe('nobody signed in', () => {
  const documents = [
    '{ me { userId } }',
    '{ presence { id } }',
    '{ userPresence(userId: "a") { id } }',
    '{ roster { pageInfo { hasNextPage } } }',
    '{ online { totalCount } }',
    '{ presenceHistory(userId: "ana", from: "2026-01-31T00:00:00Z", to: "2026-02-01T00:00:00Z") { edges { cursor } } }',
    '{ typing(conversationId: "a") { id } }',
    'mutation { setPresence(input: {}) { id } }',
    'mutation { heartbeat { sessionId } }',
    'mutation { endSession(sessionId: "a") }',
    'mutation { setTyping(input: { conversationId: "a" }) { id } }',
    'mutation { updatePrivacy(input: {}) { status } }',
    '{ following { pageInfo { hasNextPage } } }',
    '{ blocked { pageInfo { hasNextPage } } }',
    'mutation { follow(userId: "a") }',
    'mutation { unfollow(userId: "a") }',
    'mutation { block(userId: "a") }',
    'mutation { unblock(userId: "a") }',
    'mutation { upsertUsers(users: []) }',
    'mutation { deleteUser(userId: "a") }',
    'mutation { addFollows(follows: []) }',
    'mutation { removeFollows(follows: []) }',
    'mutation { putCircle(id: "a", memberIds: []) }',
    'mutation { deleteCircle(id: "a") }',
    'mutation { putConversation(id: "a", memberIds: []) }',
    'mutation { deleteConversation(id: "a") }',
    'mutation { putActivity(userId: "a", source: "b", activities: []) }',
    '{ inbox { id } }',
    '{ notices { pageInfo { hasNextPage } } }',
    '{ noticeActs(noticeId: "a") { pageInfo { hasNextPage } } }',
    '{ timeline { pageInfo { hasNextPage } } }',
    '{ counts(objectIds: []) { id } }',
    '{ here(conversationId: "a") { id } }',
    'mutation { markSeen(upTo: "1") { id } }',
    'mutation { markRead(upTo: "1") { id } }',
    'mutation { mute(userId: "a") }',
    'mutation { unmute(userId: "a") }',
    'mutation { putCounts(counts: []) }',
    'mutation { enter(conversationId: "a") { id } }',
    'mutation { leave(conversationId: "a") }',
    'mutation { tell(acts: []) }',
    'mutation { retract(actIds: []) }',
  ];

  it.each(documents)('is UNAUTHENTICATED for %s', async (document) => {
    const { run, calls } = setUp({}, { caller: null });
    expect(refusalOf(await run(document))).toBe(
      'UNAUTHENTICATED: Sign in first: send a valid token, as in Authorization: Bearer TOKEN; over a WebSocket in connectionParams.authorization.',
    );
    expect(calls).toEqual([]);
  });

  const subscriptions = [
    'meChanged { userId }',
    'presenceChanged { id }',
    'typingChanged { id }',
    'inboxChanged { partial }',
    'timelineChanged { id }',
    'countsChanged(objectIds: []) { id }',
    'hereChanged(conversationId: "a") { went }',
  ];

  it.each(subscriptions)('is UNAUTHENTICATED for %s', async (field) => {
    const { subscribe, calls } = setUp({}, { caller: null });
    expect(refusalOf(await subscribe(parse(`subscription { ${field} }`), {}))).toMatch(/^UNAUTHENTICATED/);
    expect(calls).toEqual([]);
  });

  it('is tested for every field of the three roots', () => {
    const roots = [schema.getQueryType(), schema.getMutationType()];
    const fields = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}));
    expect(fields.filter((field) => !documents.some((document) => document.includes(`{ ${field}`)))).toEqual([]);
    expect(Object.keys(schema.getSubscriptionType()?.getFields() ?? {})).toEqual(
      subscriptions.map((field) => field.split(/[ (]/)[0]),
    );
  });
});

describe('over HTTP, by graphql-yoga', () => {
  const post = async (query: string, caller: typeof ana | null) => {
    const { context, logged } = setUp({}, { caller });
    const yoga = createYoga({
      schema,
      logging: false,
      context: () => context,
      maskedErrors: {
        maskError: (error) => maskError(error, { requestId: 'r1', log: { error: (fields) => logged.push(fields) } }),
      },
    });
    const response = await yoga.fetch('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, headers: response.headers, body: await response.json(), logged };
  };

  it('UNAUTHENTICATED is 401 and says how to sign in', async () => {
    const { status, headers, body } = await post('{ me { userId } }', null);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(JSON.stringify(body)).not.toContain('401');
  });

  it('variables that cannot be coerced are 400', async () => {
    const { status, body } = await post('query Q($id: ID!) { userPresence(userId: $id) { id } }', ana);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(JSON.stringify(body)).not.toContain('spec');
  });

  it('a failure of ours is hidden', async () => {
    const { body, logged } = await post('{ me { userId } }', ana);
    expect(body).toEqual({
      data: null,
      errors: [
        {
          message: HIDDEN,
          path: ['me'],
          locations: [{ line: 1, column: 3 }],
          extensions: { code: 'INTERNAL', requestId: 'r1' },
        },
      ],
    });
    expect(logged).toHaveLength(1);
  });
});
