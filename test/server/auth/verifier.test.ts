import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { bearerToken, paramsToken } from '../../../src/server/auth/credentials.js';
import type { SignInRefusal } from '../../../src/server/auth/signInRefusals.js';
import { signToken } from '../../../src/server/auth/tokens.js';
import { createAuth, WITHDRAWN_WITHIN_MS } from '../../../src/server/auth/verifier.js';
import { bytesInUse } from '../../support/unit/usage.js';

const SECRET = 'a secret for tests, of more than 32 bytes';
const HOUR = 3_600;
const inAnHour = () => Math.floor(Date.now() / 1_000) + HOUR;

const NOTHING_ELSE = { secrets: [], jwksUrl: null, issuer: null, audience: null, serviceScope: 'service' };
const withSecret = (others: Partial<Parameters<typeof createAuth>[0]> = {}) =>
  createAuth({ ...NOTHING_ELSE, secrets: [SECRET], ...others });

/** Moves the clocks that tokens and what was kept of them are judged by. */
const later = (ms: number) => {
  if (!vi.isFakeTimers()) {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
  }
  vi.advanceTimersByTime(ms);
};

const sign = (payload: JWTPayload, { alg = 'HS256', secret = SECRET } = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

const UNAUTHENTICATED = { code: 'UNAUTHENTICATED', message: expect.stringMatching(/^Sign in/) };

describe('tokens by a shared secret', () => {
  it('identify the user, and their expiry', async () => {
    const exp = inAnHour();
    const identity = await withSecret().verify(await sign({ sub: 'ada', exp }));
    expect(identity).toEqual({ userId: 'ada', service: false, expiresAt: exp * 1_000 });
  });

  it.each([
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

  it('the scope of service tokens is configurable', async () => {
    const auth = withSecret({ serviceScope: 'presence:admin' });
    const service = async (scope: string) =>
      (await auth.verify(await sign({ sub: 'host', exp: inAnHour(), scope }))).service;
    expect(await service('presence:admin')).toBe(true);
    expect(await service('service')).toBe(false);
  });

  it('either of two secrets is accepted, and no third', async () => {
    const auth = withSecret({ secrets: ['new '.repeat(8), SECRET] });
    for (const secret of ['new '.repeat(8), SECRET]) {
      expect(await auth.verify(await sign({ sub: 'ada', exp: inAnHour() }, { secret }))).toMatchObject({
        userId: 'ada',
      });
    }
    const other = await sign({ sub: 'ada', exp: inAnHour() }, { secret: 'another secret' });
    await expect(auth.verify(other)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('a cached token is refused after its expiry', async () => {
    const auth = withSecret();
    const token = await sign({ sub: 'ada', exp: Math.floor(Date.now() / 1_000) + 60 });
    await auth.verify(token);
    later(58_000);
    await auth.verify(token);
    later(3_000);
    await expect(auth.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('the operator gets the reason of a refusal', async () => {
    const reasons: SignInRefusal[] = [];
    const auth = withSecret({ issuer: 'me', audience: 'you', onRefused: (reason) => reasons.push(reason) });
    const exp = inAnHour();
    const good = { sub: 'ada', exp, iss: 'me', aud: 'you' };
    const refused: [string | null, SignInRefusal][] = [
      [null, 'no token'],
      ['x', 'malformed'],
      [await sign(good, { alg: 'HS512' }), 'algorithm'],
      [await sign(good, { secret: 'another secret' }), 'signature'],
      [await sign({ ...good, exp: 1 }), 'expired'],
      [await sign({ ...good, nbf: exp }), 'not yet valid'],
      [await sign({ ...good, iss: 'else' }), 'issuer'],
      [await sign({ ...good, aud: 'else' }), 'audience'],
      [await sign({ ...good, sub: '' }), 'claims'],
      [await sign({ iss: 'me', aud: 'you', exp }), 'claims'],
    ];
    for (const [token] of refused) await expect(auth.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
    await auth.verify(await sign(good));
    expect(reasons).toEqual(refused.map(([, reason]) => reason));
  });

  it('a token with blanks in it is refused', async () => {
    const auth = withSecret();
    const good = await sign({ sub: 'ada', exp: inAnHour() });
    for (const token of [`${good.slice(0, -4)}  ${good.slice(-4)}`, `${good}\n`, `${good}\t\t`, `${good}=`]) {
      await expect(auth.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
    }
  });

  it('verified tokens are cached up to a number of bytes, however long each is', async () => {
    const auth = withSecret();
    const junk = 'x'.repeat(14_000);
    const before = await bytesInUse();
    for (let n = 0; n < 4_000; n += 1) await auth.verify(await sign({ sub: `user-${n}`, exp: inAnHour(), junk }));
    const persisted = (await bytesInUse()) - before;
    await auth.verify(await sign({ sub: 'ada', exp: inAnHour() }));
    expect(persisted).toBeLessThan(48 * 1024 * 1024);
  });

  it('what signToken signs is accepted', async () => {
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

  it('whatever is wrong, the refusal is the same', async () => {
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

/** A key set on loopback that the test can change, break, and keep back. */
const serveKeys = async () => {
  const state = { keys: [] as JWK[], status: 200, fetched: 0, persisted: Promise.resolve() };
  const server = createServer(async (_, response) => {
    state.fetched += 1;
    await state.persisted;
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

const withKeys = (jwksUrl: string, others: Partial<Parameters<typeof createAuth>[0]> = {}) =>
  createAuth({ ...NOTHING_ELSE, jwksUrl, jwksCooldownMs: 0, ...others });

describe('tokens by a key set', () => {
  it.each(['ES256', 'RS256', 'PS256', 'EdDSA'])('%s is verified', async (alg) => {
    const { url, state } = await serveKeys();
    const key = await makeKey('1', alg);
    state.keys = [key.jwk];
    expect(await withKeys(url).verify(await key.sign({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
  });

  it('a new key of the set is fetched, and a removed one no longer counts', async () => {
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

  it('a removed key counts for some minutes at most, also for a cached token', async () => {
    const { url, state } = await serveKeys();
    const [one, two] = [await makeKey('1'), await makeKey('2')];
    state.keys = [one.jwk];
    const auth = withKeys(url);
    const inADay = Math.floor(Date.now() / 1_000) + 24 * HOUR;
    const before = await one.sign({ sub: 'ada', exp: inADay });
    later(1);
    await auth.verify(before);
    state.keys = [two.jwk];
    expect(WITHDRAWN_WITHIN_MS).toBeLessThanOrEqual(6 * 60_000);
    // Asked for all the time, so that it is kept for as long as it may be.
    for (let passed = 0; passed < WITHDRAWN_WITHIN_MS - 8_000; passed += 1_000) {
      later(1_000);
      await auth.verify(before);
    }
    later(9_000);
    await expect(auth.verify(before)).rejects.toMatchObject(UNAUTHENTICATED);
    await expect(auth.verify(await one.sign({ sub: 'bob', exp: inADay }))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('each fetch of the set, and each failure, is reported', async () => {
    const { url, state } = await serveKeys();
    const key = await makeKey('1');
    const reported: unknown[] = [];
    const auth = withKeys(url, { onKeySet: (error) => reported.push(error) });
    state.status = 503;
    await expect(auth.verify(await key.sign({ sub: 'ada' }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    state.status = 200;
    state.keys = [key.jwk];
    await auth.verify(await key.sign({ sub: 'ada' }));
    await auth.verify(await key.sign({ sub: 'bob' }));
    expect(reported).toEqual([expect.any(Error), undefined]);
  });

  it('a limited number of verifications wait for a slow set; more are UNAVAILABLE at once, except by a known key', async () => {
    const { url, state } = await serveKeys();
    const [known, stranger] = [await makeKey('1'), await makeKey('2')];
    state.keys = [known.jwk];
    const auth = withKeys(url, { maxWaiting: 50 });
    await auth.verify(await known.sign({ sub: 'ada' }));
    let give = () => {};
    state.persisted = new Promise<void>((resolve) => {
      give = resolve;
    });
    const token = await stranger.sign({ sub: 'mallory' });
    const waiting = Promise.allSettled(Array.from({ length: 50 }, () => auth.verify(token)));
    await expect(auth.verify(token)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await auth.verify(await known.sign({ sub: 'bob' }))).toMatchObject({ userId: 'bob' });
    give();
    for (const outcome of await waiting) expect(outcome).toMatchObject({ reason: { code: 'UNAUTHENTICATED' } });
    expect(state.fetched).toBe(2);
    // There is room again.
    await expect(auth.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('after a failure the set is fetched again only after the cooldown, however many want it', async () => {
    const { url, state } = await serveKeys();
    const key = await makeKey('1');
    const token = await key.sign({ sub: 'ada', exp: inAnHour() + HOUR });
    state.keys = [key.jwk];
    state.status = 503;
    const auth = withKeys(url, { jwksCooldownMs: 2_000 });
    later(1);
    for (let n = 0; n < 20; n += 1) await expect(auth.verify(token)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(state.fetched).toBe(1);
    state.status = 200;
    later(2_001);
    expect(await auth.verify(token)).toMatchObject({ userId: 'ada' });
  });

  it('a token without kid is tried with every key that fits', async () => {
    const { url, state } = await serveKeys();
    const [one, two, other] = [await makeKey(null), await makeKey(null), await makeKey(null)];
    state.keys = [one.jwk, two.jwk];
    const auth = withKeys(url);
    expect(await auth.verify(await two.sign({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
    await expect(auth.verify(await other.sign({ sub: 'ada' }))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('a public key never serves as a shared secret', async () => {
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

  it('a set that cannot be fetched is UNAVAILABLE, except for tokens that no key could verify', async () => {
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

  it('secret and key set work side by side', async () => {
    const { url, state } = await serveKeys();
    const key = await makeKey('1');
    state.keys = [key.jwk];
    const auth = withKeys(url, { secrets: [SECRET] });
    expect(await auth.verify(await key.sign({ sub: 'ada' }))).toMatchObject({ userId: 'ada' });
    expect(await auth.verify(await sign({ sub: 'bob', exp: inAnHour() }))).toMatchObject({ userId: 'bob' });
  });
});

describe('where a request carries its token', () => {
  it.each([
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

  it.each([
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
