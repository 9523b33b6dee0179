import { IncomingMessage, request } from 'node:http';
import { connect as connectTcp, Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { serverAudits } from 'graphql-http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { unavailable } from '../../../src/presence/errors.js';
import { readBody } from '../../../src/server/http/body.js';
import { countTurns } from '../../support/unit/turns.js';
import { post, startServer, type TestServer, tokenOf } from '../harness.js';

const UNAUTHENTICATED = {
  errors: [{ message: expect.stringMatching(/Sign in/), extensions: { code: 'UNAUTHENTICATED' } }],
};

describe('GraphQL over HTTP', () => {
  const fetchSigned = async (input: string | URL | Request, options: RequestInit = {}) =>
    fetch(input, {
      ...options,
      headers: { ...Object.fromEntries(new Headers(options.headers)), authorization: `Bearer ${await tokenOf('ada')}` },
    });

  // The audits ask only for their own address.
  const audits = serverAudits({ url: 'http://set.below', fetchFn: fetchSigned });

  it(`every one of the ${audits.length} audits of graphql-http passes`, async () => {
    const server = await startServer();
    const run = serverAudits({ url: `${server.url}/graphql`, fetchFn: fetchSigned });
    const failed = [];
    for (const audit of run) {
      const result = await audit.fn();
      if (result.status !== 'ok') failed.push(`${audit.id} ${audit.name}: ${result.reason}`);
    }
    expect(failed).toEqual([]);
    expect(run.length).toBeGreaterThan(50);
  });

  it('a query is answered, for users and for service tokens', async () => {
    const server = await startServer();
    expect((await post(server, { query: '{ who connection }' })).body).toEqual({
      data: { who: 'user ada', connection: null },
    });
    const token = await tokenOf('host', { service: true });
    expect((await post(server, { query: '{ who }' }, { token })).body).toEqual({ data: { who: 'service host' } });
  });

  it('whatever is wrong with the token, the answer is one and the same 401', async () => {
    const server = await startServer({ deleted: new Set(['gone']) });
    const good = await tokenOf('ada');
    const answers = [
      await post(server, { query: '{ who }' }, { token: null }),
      await post(server, { query: '{ who' }, { token: null }),
      await post(server, 'not even JSON', { token: 'garbage' }),
      await post(server, { query: '{ who }' }, { token: good.slice(0, -2) }),
      await post(server, { query: '{ who }' }, { token: await tokenOf('gone') }),
      await post(server, { query: '{ who }' }, { token: await tokenOf('ada', { ttlSeconds: -1 }) }),
      await post(server, { query: '{ who }' }, { token: null, headers: { authorization: `Basic ${good}` } }),
      await post(server, { query: '{ __typename who }' }, { token: null }),
      await post(server, { query: '{ __schema { queryType { name } } who }' }, { token: null }),
      await post(server, { query: 'query A { __typename } query B { who }', operationName: 'A' }, { token: null }),
      await post(server, { query: 'mutation { __typename }' }, { token: null }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body).toEqual(UNAUTHENTICATED);
      expect(body).toEqual(answers[0]?.body);
    }
    const url = new URL(`${server.url}/graphql?token=${good}`);
    const viaUrl = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ who }"}',
    });
    expect(viaUrl.status).toBe(401);
    expect(server.lines).toEqual([]);
  });

  it('a document refused to a caller without a token is executed for a user, and the other way round', async () => {
    const server = await startServer();
    const query = '{ who }';
    expect((await post(server, { query }, { token: null })).status).toBe(401);
    expect((await post(server, { query })).body.data).toEqual({ who: 'user ada' });
    expect((await post(server, { query }, { token: null })).status).toBe(401);
  });

  it('while users cannot be looked up, the answer is 503 with the time to wait', async () => {
    const server = await startServer({ ensure: () => Promise.reject(unavailable('away', 2_500)) });
    const { status, body, headers } = await post(server, { query: '{ who }' });
    expect(status).toBe(503);
    expect(body.errors[0].extensions).toEqual({ code: 'UNAVAILABLE', retryAfterMs: 2_500 });
    expect(headers.get('retry-after')).toBe('3');
  });

  it('errors have their code and time to wait; an internal error hides its message and is logged once, under its id', async () => {
    const server = await startServer();
    const { status, body } = await post(server, { query: '{ away bad boom who }' });
    expect(status).toBe(200);
    expect(body.data.who).toBe('user ada');
    const codes = Object.fromEntries(
      body.errors.map((each: { path: string[]; extensions: object }) => [each.path[0], each.extensions]),
    );
    expect(codes).toEqual({
      away: { code: 'UNAVAILABLE', retryAfterMs: 1_500 },
      bad: { code: 'BAD_USER_INPUT' },
      boom: { code: 'INTERNAL', requestId: expect.any(String) },
    });
    expect(JSON.stringify(body)).not.toContain('the secret inside');
    expect(server.lines).toHaveLength(1);
    expect(server.lines[0]).toContain(codes.boom.requestId);
  });

  it('a batch of operations is refused', async () => {
    const server = await startServer();
    const { status, body } = await post(server, [{ query: '{ who }' }, { query: '{ who }' }]);
    expect(status).toBe(400);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  const MALFORMED = [
    '{}',
    '[]',
    'null',
    '1',
    '"{ who }"',
    '{',
    '{"query":null}',
    '{"query":1}',
    '{"query":["{ who }"]}',
    '{"variables":{}}',
    '[{"query":"{ who }"}]',
    ...['[]', '"{}"', '1'].flatMap((value) => [
      `{"query":"{ who }","variables":${value}}`,
      `{"query":"{ who }","extensions":${value}}`,
    ]),
    ...['1', '{}', '["a"]'].map((value) => `{"query":"{ who }","operationName":${value}}`),
    '{"query":"{ who }","more":1}',
  ];
  const ANSWERS = ['application/json', 'application/graphql-response+json', 'text/event-stream'];

  it.each(ANSWERS)('a request that is not well-formed is 400, also for an answer in %s', async (accept) => {
    const server = await startServer();
    const authorization = `Bearer ${await tokenOf('ada')}`;
    for (const body of MALFORMED) {
      const headers = { accept, authorization, 'content-type': 'application/json' };
      const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
      expect([body, response.status]).toEqual([body, 400]);
      expect(await response.text()).toContain('BAD_USER_INPUT');
    }
    for (const search of [
      '',
      '?query=',
      '?variables={}',
      ...['variables', 'extensions'].flatMap((name) =>
        ['nope', '[]', '1'].map((value) => `?query={who}&${name}=${value}`),
      ),
    ]) {
      const response = await fetch(`${server.url}/graphql${search}`, { headers: { accept, authorization } });
      expect([search, response.status]).toEqual([search, 400]);
      expect(await response.text()).toContain('BAD_USER_INPUT');
    }
    expect(server.lines).toEqual([]);
  });

  it('a request names what is wrong with it', async () => {
    const server = await startServer();
    const messageFor = async (body: unknown) => (await post(server, body)).body.errors[0].message;
    expect(await messageFor({})).toMatch(/no `query`/);
    expect(await messageFor({ query: '{ who }', operationName: 1 })).toMatch(/operationName/);
    expect(await messageFor('{')).toMatch(/JSON/);
  });

  it('a multipart body is no request', async () => {
    const server = await startServer();
    const form = new FormData();
    form.set('operations', '{"query":"{ who }"}');
    const headers = { authorization: `Bearer ${await tokenOf('ada')}` };
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: form });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('bodies and headers', () => {
  const bodyOf = (bytes: number) => `{"query":"{ who }","extensions":{"pad":"${'x'.repeat(bytes - 43)}"}}`;
  const MAX = 1024 * 1024;

  it('1 MiB is accepted, and one byte more is 413', async () => {
    const server = await startServer();
    expect(bodyOf(MAX)).toHaveLength(MAX);
    expect((await post(server, bodyOf(MAX))).status).toBe(200);
    const { status, body } = await post(server, bodyOf(MAX + 1));
    expect(status).toBe(413);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  it('long bodies are parsed one a turn of the event loop, and others are served in between', async () => {
    const server = await startServer();
    const turn = countTurns();
    const readAt: number[] = [];
    const parse = JSON.parse;
    vi.spyOn(JSON, 'parse').mockImplementation((text: string, ...rest) => {
      if (text.length > 100_000) readAt.push(turn());
      return parse(text, ...rest);
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(server, bodyOf(200_000))));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(readAt).toHaveLength(20);
    expect(new Set(readAt).size).toBe(20);
  });

  it('1 MiB is the limit also of a body of unannounced length', async () => {
    const server = await startServer();
    const headers = { authorization: `Bearer ${await tokenOf('ada')}`, 'content-type': 'application/json' };
    const statusOf = (bytes: number) =>
      new Promise((resolve, reject) => {
        const sent = request(`${server.url}/graphql`, { method: 'POST', headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', reject);
        for (let n = 0; n < bytes; n += 65_536) sent.write(bodyOf(bytes).slice(n, n + 65_536));
        sent.end();
      });
    expect(await statusOf(MAX)).toBe(200);
    expect(await statusOf(MAX + 1)).toBe(413);
    expect(await statusOf(3 * MAX)).toBe(413);
  });

  it.each([
    'Application/JSON',
    'application/json; charset=utf-8',
    'APPLICATION/JSON ;Charset="UTF-8"',
    'application/json;charset=utf-8; profile="a, b"',
    'application/graphql+json',
    'Application/GraphQL+JSON; charset=utf-8',
  ])('a body of JSON may be called %s', async (type) => {
    const server = await startServer();
    // Beyond 64 KiB it goes another way through the server.
    for (const query of ['{ who }', bodyOf(100_000)]) {
      const { status, body } = await post(server, query.startsWith('{ who') ? { query } : query, {
        headers: { 'content-type': type },
      });
      expect([status, body]).toEqual([200, { data: { who: 'user ada' } }]);
    }
  });

  it.each(['application/jsonx', 'text/json', 'application/json; charset=utf-16', 'application/json;charset=latin1'])(
    'one that is %s is 415',
    async (type) => {
      const server = await startServer();
      const { status, body } = await post(server, { query: '{ who }' }, { headers: { 'content-type': type } });
      expect([status, body.errors[0].extensions.code]).toEqual([415, 'BAD_USER_INPUT']);
    },
  );

  it('an encoded body is 415, with the accepted encoding; `identity` is accepted', async () => {
    const server = await startServer();
    const headers = { authorization: `Bearer ${await tokenOf('ada')}`, 'content-type': 'application/json' };
    const send = async (encoding: string, body: Buffer) =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'content-encoding': encoding },
        body: new Uint8Array(body),
      });
    const plain = Buffer.from('{"query":"{ who }"}');
    for (const [encoding, body] of [
      ['gzip', gzipSync(plain)],
      ['GZip', gzipSync(plain)],
      ['br', brotliCompressSync(plain)],
      ['identity, deflate', deflateSync(plain)],
      ['gzip', plain],
      ['x-unknown', plain],
    ] as const) {
      const response = await send(encoding, body);
      expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity']);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    }
    for (const encoding of ['identity', 'Identity', '']) {
      const response = await send(encoding, plain);
      expect([response.status, await response.json()]).toEqual([200, { data: { who: 'user ada' } }]);
    }
  });

  it('a client that disconnects while sending its body is no failure', async () => {
    const server = await startServer();
    const socket = connectTcp(server.port, '127.0.0.1');
    const token = await tokenOf('ada');
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 99\r\n\r\n{"qu`,
    );
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await server.stop();
    expect(server.lines).toEqual([]);
  });

  it('the body of a client that disconnected before is not waited for', async () => {
    const left = new IncomingMessage(new Socket());
    const closed = new Promise((resolve) => left.once('close', resolve));
    left.destroy();
    await closed;
    await expect(readBody(left)).rejects.toThrow('disconnected');
  });

  it('headers have ten seconds', async () => {
    const { http } = await startServer();
    expect(http.server.headersTimeout).toBe(10_000);
  });
});

describe('other paths', () => {
  const get = async (server: TestServer, path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, type: response.headers.get('content-type'), body: await response.json() };
  };

  it('/health is there while the process is; /ready when the server says so', async () => {
    let ready = async () => true;
    const server = await startServer({ ready: () => ready() });
    expect(await get(server, '/health')).toMatchObject({ status: 200 });
    expect(await get(server, '/ready')).toMatchObject({ status: 200, body: { ready: true } });
    ready = async () => false;
    expect(await get(server, '/ready')).toMatchObject({ status: 503, body: { ready: false } });
    ready = () => Promise.reject(new Error('down'));
    expect(await get(server, '/ready')).toMatchObject({ status: 503 });
    ready = () => new Promise(() => {});
    expect(await get(server, '/ready')).toMatchObject({ status: 503 });
    ready = async () => true;
    server.http.failReadiness();
    expect(await get(server, '/ready')).toMatchObject({ status: 503 });
    expect(await get(server, '/health')).toMatchObject({ status: 200 });
  });

  it('a server that does not listen is not ready', async () => {
    const { http } = await startServer();
    expect(await http.isReady()).toBe(true);
    http.server.close();
    expect(await http.isReady()).toBe(false);
  });

  it('anything else is 404 in JSON', async () => {
    const server = await startServer();
    for (const path of ['/', '/graphql/x', '/graphiql', '//graphql', '/health/x']) {
      expect(await get(server, path)).toMatchObject({
        status: 404,
        type: expect.stringContaining('application/json'),
        body: { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
      });
    }
  });
});

describe('origins', () => {
  const cors = async (server: TestServer, origin: string, method = 'POST') => {
    const response = await fetch(`${server.url}/graphql`, {
      method,
      headers: {
        origin,
        'content-type': 'application/json',
        authorization: `Bearer ${await tokenOf('ada')}`,
        ...(method === 'OPTIONS' && {
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        }),
      },
      ...(method === 'POST' && { body: '{"query":"{ who }"}' }),
    });
    return [...response.headers.keys()].filter((name) => name.startsWith('access-control-'));
  };

  it('an allowed origin may read and preflight; a foreign one gets no CORS header', async () => {
    const server = await startServer({ allowedOrigins: ['https://app.example'], development: false });
    expect(await cors(server, 'https://app.example')).toEqual(['access-control-allow-origin']);
    expect(await cors(server, 'https://app.example', 'OPTIONS')).toEqual([
      'access-control-allow-headers',
      'access-control-allow-methods',
      'access-control-allow-origin',
      'access-control-max-age',
    ]);
    for (const foreign of [
      'https://evil.example',
      'http://localhost:3000',
      'null',
      'https://app.example.evil.example',
    ]) {
      expect(await cors(server, foreign)).toEqual([]);
      expect(await cors(server, foreign, 'OPTIONS')).toEqual([]);
    }
  });

  it('in development any loopback origin is allowed', async () => {
    const server = await startServer();
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:1', 'http://app.localhost']) {
      expect(await cors(server, origin)).toEqual(['access-control-allow-origin']);
    }
    expect(await cors(server, 'http://10.0.0.1')).toEqual([]);
  });
});

describe('introspection', () => {
  const query = '{ __schema { queryType { name } } t: __type(name: "Node") { name } }';
  it.each([
    ['all', true, true],
    ['users', true, false],
    ['off', false, false],
  ] as const)('%s: signed in %s, unsigned %s', async (introspection, signed, unsigned) => {
    const server = await startServer({ introspection });
    const asUser = await post(server, { query });
    expect(asUser.body.data !== undefined).toBe(signed);
    if (!signed) expect(asUser.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    const asNobody = await post(server, { query }, { token: null });
    expect(asNobody.status).toBe(unsigned ? 200 : 401);
    expect((await post(server, { query: '{ __typename }' })).body).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('GraphiQL', () => {
  const page = (server: TestServer) => fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });

  it('is one page that loads nothing from outside', async () => {
    const response = await page(await startServer({ graphiql: true }));
    const html = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self' data: blob:");
    const tags =
      html
        .slice(0, 5_000)
        .concat(html.slice(-5_000))
        .match(/<(?:script|link|img|iframe)[^>]*>/g) ?? [];
    for (const tag of tags) expect(tag).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(html).toContain('rollcallOptions({"title":"Rollcall"');
  });

  it('is not there where it is turned off', async () => {
    const response = await page(await startServer());
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('requests of one user', () => {
  it('no longer count where the client disconnected during sign-in', async () => {
    const lookups: (() => void)[] = [];
    const server = await startServer({
      ensure: () =>
        new Promise((resolve) => {
          lookups.push(() => resolve(true));
          server.events.emit('ensure', null);
        }),
    });
    const leave = new AbortController();
    const headers = { authorization: `Bearer ${await tokenOf('ada')}`, 'content-type': 'application/json' };
    const asked = Array.from({ length: 100 }, () =>
      fetch(`${server.url}/graphql`, { method: 'POST', headers, body: '{"query":"{ who }"}', signal: leave.signal }),
    );
    await server.events.until('ensure', 100);
    leave.abort();
    await Promise.allSettled(asked);
    const { server: listening } = server.http;
    const connections = () =>
      new Promise((resolve, reject) => listening.getConnections((error, n) => (error ? reject(error) : resolve(n))));
    await expect.poll(connections).toBe(0);
    for (const known of lookups) known();
    const after = post(server, { query: '{ who }' });
    await server.events.until('ensure', 101);
    lookups[100]?.();
    expect((await after).status).toBe(200);
  });

  it('are limited to a hundred at a time; one that ends makes room, and others have their own', async () => {
    const server = await startServer();
    const authorization = `Bearer ${await tokenOf('ada')}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const leave = new AbortController();
    const answers = Array.from({ length: 100 }, () =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers,
        body: '{"query":"{ slow }"}',
        signal: leave.signal,
      }).catch(() => null),
    );
    await server.events.until('slow', 100);
    const refused = await post(server, { query: '{ who }' });
    expect(refused).toMatchObject({ status: 429, body: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await post(server, { query: '{ who }' }, { token: await tokenOf('bob') })).status).toBe(200);
    const host = await tokenOf('ada', { service: true });
    expect((await post(server, { query: '{ who }' }, { token: host })).status).toBe(200);
    server.gates[0]?.();
    await Promise.race(answers);
    await expect.poll(async () => (await post(server, { query: '{ who }' })).status).toBe(200);
    leave.abort();
    await Promise.all(answers);
    const after = await Promise.all(Array.from({ length: 60 }, () => post(server, { query: '{ who }' })));
    expect(after.map(({ status }) => status)).toEqual(Array(60).fill(200));
  });
});
