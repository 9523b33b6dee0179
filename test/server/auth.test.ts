import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAuth } from '../../src/server/auth.js';
import { bearerToken, paramsToken } from '../../src/server/credentials.js';
import { signToken } from '../../src/server/tokens.js';

const SECRET = 'a secret for tests, of more than 32 bytes';
const HOUR = 3_600;
const inAnHour = () => Math.floor(Date.now() / 1_000) + HOUR;

const withSecret = (claims: { issuer?: string; audience?: string } = {}) =>
  createAuth({ secret: SECRET, jwksUrl: null, issuer: null, audience: null, ...claims });

const sign = (payload: JWTPayload, { alg = 'HS256', secret = SECRET } = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

const UNAUTHENTICATED = { code: 'UNAUTHENTICATED', message: expect.stringMatching(/^Sign in/) };

describe('tokens by a shared secret', () => {
  test('tell the user, and when they run out', async () => {
    const exp = inAnHour();
    const identity = await withSecret().verify(await sign({ sub: 'ada', exp }));
    expect(identity).toEqual({ userId: 'ada', service: false, expiresAt: exp * 1_000 });
  });

  test.each([
    ['service', true],
    ['read service write', true],
    [['read', 'service'], true],
    ['services', false],
    [['services'], false],
    [7, false],
    [{ service: true }, false],
  ])('scope %j: service %s', async (scope, service) => {
    const identity = await withSecret().verify(await sign({ sub: 'host', exp: inAnHour(), scope }));
    expect(identity.service).toBe(service);
  });

  test('signToken signs what is accepted', async () => {
    const auth = withSecret({ issuer: 'me', audience: 'you' });
    const token = await signToken({
      secret: SECRET,
      userId: 'ada',
      service: true,
      ttlSeconds: 60,
      issuer: 'me',
      audience: 'you',
    });
    expect(await auth.verify(token)).toMatchObject({ userId: 'ada', service: true });
  });

  test('whatever is wrong, the refusal is the same', async () => {
    const exp = inAnHour();
    const good = await sign({ sub: 'ada', exp });
    const refused: (string | null)[] = [
      null,
      '',
      'x',
      'a.b.c',
      `${good}x`,
      await sign({ sub: 'ada' }),
      await sign({ exp }),
      await sign({ sub: 'ada', exp: exp - 2 * HOUR }),
      await sign({ sub: 'ada', exp, nbf: exp }),
      await sign({ sub: 'ada', exp }, { secret: 'another secret' }),
      await sign({ sub: 'ada', exp }, { alg: 'HS512' }),
      new UnsecuredJWT({ sub: 'ada', exp }).encode(),
    ];
    for (const sub of ['', 'x'.repeat(129), 'a\u0000b', 'a\nb', 'a\u202eb', 'a\ud800'])
      refused.push(await sign({ sub, exp }));
    refused.push(await sign({ sub: 7 as unknown as string, exp }));
    for (const token of refused) await expect(withSecret().verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
    await expect(withSecret({ issuer: 'me' }).verify(good)).rejects.toMatchObject(UNAUTHENTICATED);
    await expect(withSecret({ audience: 'you' }).verify(good)).rejects.toMatchObject(UNAUTHENTICATED);
  });
});

/** A key set on loopback that the test can change, and break. */
const serveKeys = async () => {
  const state = { keys: [] as JWK[], status: 200, fetched: 0 };
  const server = createServer((_, response) => {
    state.fetched += 1;
    response.writeHead(state.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: state.keys }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(stop);
  return { state, stop, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json` };
};

const makeKey = async (kid: string | null, alg = 'ES256') => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), ...(kid !== null && { kid }) };
  const signWith = (payload: JWTPayload) =>
    new SignJWT({ exp: inAnHour(), ...payload })
      .setProtectedHeader({ alg, ...(kid !== null && { kid }) })
      .sign(privateKey);
  return { jwk, sign: signWith };
};

const withKeys = (jwksUrl: string, secret: string | null = null) =>
  createAuth({ secret, jwksUrl, issuer: null, audience: null, jwksCooldownMs: 0 });

describe('tokens by a key set', () => {
  test.each(['ES256', 'RS256', 'PS256', 'EdDSA'])('%s is verified', async (alg) => {
    const { url, state } = await serveKeys();
    const key = await makeKey('1', alg);
    state.keys = [key.jwk];
    expect(await withKeys(url).verify(await key.sign({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
  });

  test('a key that is new in the set is fetched, and one that left it no longer counts', async () => {
    const { url, state } = await serveKeys();
    const [one, two] = [await makeKey('1'), await makeKey('2')];
    state.keys = [one.jwk];
    const auth = withKeys(url);
    await auth.verify(await one.sign({ sub: 'ada' }));
    await auth.verify(await one.sign({ sub: 'bob' }));
    expect(state.fetched).toBe(1);
    state.keys = [two.jwk];
    expect(await auth.verify(await two.sign({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
    expect(state.fetched).toBe(2);
    await expect(auth.verify(await one.sign({ sub: 'ada' }))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test('a token without kid is tried with every key that fits', async () => {
    const { url, state } = await serveKeys();
    const [one, two, other] = [await makeKey(null), await makeKey(null), await makeKey(null)];
    state.keys = [one.jwk, two.jwk];
    const auth = withKeys(url);
    expect(await auth.verify(await two.sign({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
    await expect(auth.verify(await other.sign({ sub: 'ada' }))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test('a public key never serves as a shared secret', async () => {
    const { url, state } = await serveKeys();
    const key = await makeKey('1', 'RS256');
    state.keys = [key.jwk, { kty: 'oct', k: Buffer.from(SECRET).toString('base64url'), kid: 'oct' }];
    const auth = withKeys(url);
    for (const secret of [JSON.stringify(key.jwk), key.jwk.n ?? '', SECRET]) {
      await expect(auth.verify(await sign({ sub: 'ada', exp: inAnHour() }, { secret }))).rejects.toMatchObject(
        UNAUTHENTICATED,
      );
    }
    expect(state.fetched).toBe(0);
  });

  test('a set that cannot be fetched is UNAVAILABLE, except to what could never be verified', async () => {
    const { url, state, stop } = await serveKeys();
    const key = await makeKey('1');
    const token = await key.sign({ sub: 'ada' });
    state.status = 500;
    const auth = withKeys(url);
    await expect(auth.verify(token)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    state.status = 200;
    state.keys = [key.jwk];
    expect(await auth.verify(token)).toMatchObject({ userId: 'ada' });
    await stop();
    await expect(withKeys(url).verify(token)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(withKeys(url).verify('garbage')).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test('secret and key set work side by side', async () => {
    const { url, state } = await serveKeys();
    const key = await makeKey('1');
    state.keys = [key.jwk];
    const auth = withKeys(url, SECRET);
    expect(await auth.verify(await key.sign({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
    expect(await auth.verify(await sign({ sub: 'bob', exp: inAnHour() }))).toMatchObject({ userId: 'bob' });
  });
});

describe('where a token stands', () => {
  test.each([
    ['Bearer abc', 'abc'],
    ['bearer   abc', 'abc'],
    ['BEARER abc ', 'abc'],
    ['Basic abc', null],
    ['Bearer', null],
    ['Bearerabc', null],
    ['Bearer a b', null],
    [undefined, null],
  ])('the header %j holds %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  test.each([
    [{ authorization: 'Bearer abc' }, 'abc'],
    [{ authorization: 'abc' }, 'abc'],
    [{ Authorization: 'bearer abc' }, 'abc'],
    [{ authorization: '' }, null],
    [{ authorization: ['abc'] }, null],
    [{}, null],
    [undefined, null],
  ])('connectionParams %j hold %j', (params, token) => {
    expect(paramsToken(params)).toBe(token);
  });
});
